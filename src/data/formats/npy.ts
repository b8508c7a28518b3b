import { DataError } from '../errors.js';
import { halfToNumber } from './half.js';

/** An array as NumPy keeps it. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** As NumPy writes it, e.g. `<f4`, `>i2`, `|b1`, `<U5`. */
  readonly dtype: string;
  /**
   * Row-major (C order), whatever the file's order; numbers of the machine's own byte order. float16 comes as float32, bool as
   * 0 and 1, int64 and uint64 as float64 (refused where one isn't exact), texts as strings.
   */
  readonly data: NpyData;
}

/** The elements of an array of numbers of NumPy. */
export type NpyNumbers =
  Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;
/** The elements of an array of NumPy. */
export type NpyData = NpyNumbers | string[];

/**
 * Reads a `.npy` file, format versions 1 to 3 (NumPy Enhancement Proposal 1).
 *
 * @param file what messages call the file
 * @throws DataError where it isn't one, is cut off, or holds what isn't numbers or texts (objects, records, complex, dates)
 */
export function readNpy(bytes: Uint8Array, file = 'the .npy file'): NpyArray {
  const { dtype, fortran, shape, start } = readHeader(bytes, file);
  const element = elementOf(dtype, file);
  const count = shape.reduce((product, size) => product * size, 1);
  const needed = count * element.bytes;
  const there = bytes.length - start;
  if (needed !== there) {
    throw new DataError(
      `${file}: shape (${shape.join(', ')}) of ${dtype} takes ${needed} bytes, but ${there} follow the header; ` +
        (needed > there ? 'the file is cut off: copy or save it again' : 'save one array a file with numpy.save'),
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, needed);
  const data = element.read(view, count);
  return { dtype, shape, data: fortran && shape.length > 1 ? rowMajor(data, shape) : data };
}

function readHeader(bytes: Uint8Array, file: string) {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
  if (bytes.length === 0) throw new DataError(`${file} is empty; save the array again`);
  if (magic.some((byte, i) => bytes[i] !== byte)) {
    throw new DataError(`${file} is no .npy file (it doesn't begin with \\x93NUMPY); save the array with numpy.save`);
  }
  const cut = new DataError(`${file} is cut off within its header; copy or save it again`);
  if (bytes.length < 12) throw cut;
  const version = bytes[6]!;
  if (version < 1 || version > 3) {
    throw new DataError(`${file} has .npy version ${version}, 1 to 3 are read; save it with numpy.save`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (begin + length > bytes.length) throw cut;
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(begin, begin + length));

  const damaged = (what: string) =>
    new DataError(`${file}: the header says no ${what} (${short(text)}); save the array again with numpy.save`);
  const described = /['"]descr['"]\s*:\s*(['"](?<dtype>[^'"]*)['"]|(?<other>\[))/.exec(text)?.groups;
  if (described?.['other'] !== undefined) {
    throw new DataError(`${file} holds records (named fields), not numbers; save one array a field`);
  }
  const dtype = described?.['dtype'];
  if (dtype === undefined) throw damaged('type');
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  if (order === undefined) throw damaged('order');
  const dimensions = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (dimensions === undefined) throw damaged('shape');
  const shape = (dimensions.match(/\d+/g) ?? []).map(Number);
  return { dtype, fortran: order === 'True', shape, start: begin + length };
}

/** How the elements of a type are read. */
interface Element {
  readonly bytes: number;
  read(view: DataView, count: number): NpyData;
}

function elementOf(dtype: string, file: string): Element {
  const [, order, kind, digits] = /^([<>|=])([a-zA-Z?])(\d*)$/.exec(dtype) ?? [];
  const size = Number(digits);
  const little = order !== '>';
  const numbers = (make: (count: number) => NpyNumbers, get: (view: DataView, at: number) => number): Element => ({
    bytes: size,
    read(view, count) {
      const data = make(count);
      for (let i = 0; i < count; i++) data[i] = get(view, i * size);
      return data;
    },
  });
  const integer64 = (get: (view: DataView, at: number) => bigint) =>
    numbers(
      (n) => new Float64Array(n),
      (view, at) => {
        const value = get(view, at);
        if (!Number.isSafeInteger(Number(value))) {
          throw new DataError(`${file} holds ${value}, which is beyond 2^53; save it as float64 or int32`);
        }
        return Number(value);
      },
    );
  switch (`${kind}${size}`) {
    case 'f8':
      return numbers(
        (n) => new Float64Array(n),
        (view, at) => view.getFloat64(at, little),
      );
    case 'f4':
      return numbers(
        (n) => new Float32Array(n),
        (view, at) => view.getFloat32(at, little),
      );
    case 'f2':
      return numbers(
        (n) => new Float32Array(n),
        (view, at) => halfToNumber(view.getUint16(at, little)),
      );
    case 'i8':
      return integer64((view, at) => view.getBigInt64(at, little));
    case 'u8':
      return integer64((view, at) => view.getBigUint64(at, little));
    case 'i4':
      return numbers(
        (n) => new Int32Array(n),
        (view, at) => view.getInt32(at, little),
      );
    case 'u4':
      return numbers(
        (n) => new Uint32Array(n),
        (view, at) => view.getUint32(at, little),
      );
    case 'i2':
      return numbers(
        (n) => new Int16Array(n),
        (view, at) => view.getInt16(at, little),
      );
    case 'u2':
      return numbers(
        (n) => new Uint16Array(n),
        (view, at) => view.getUint16(at, little),
      );
    case 'i1':
      return numbers(
        (n) => new Int8Array(n),
        (view, at) => view.getInt8(at),
      );
    case 'u1':
      return numbers(
        (n) => new Uint8Array(n),
        (view, at) => view.getUint8(at),
      );
    case 'b1':
      return numbers(
        (n) => new Uint8Array(n),
        (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
      );
  }
  if (kind === 'S' || kind === 'U') return texts(kind, size, little, file);
  const what = kind === 'O' ? 'Python objects' : kind === 'c' ? 'complex numbers' : `elements of type ${short(dtype)}`;
  const remedy =
    kind === 'O'
      ? 'save numbers; pad sequences of different lengths to one array and give their lengths in a .npz'
      : 'save it as float32, an integer type or text';
  throw new DataError(`${file} holds ${what}; ${remedy}`);
}

/** Texts of fixed width, filled up with zeros: bytes (Latin-1) or code points of four bytes. */
function texts(kind: 'S' | 'U', width: number, little: boolean, file: string): Element {
  const bytes = kind === 'U' ? 4 : 1;
  // Elements of no width cost no bytes, so that a header alone could ask for any number of them.
  if (width === 0) throw new DataError(`${file} holds texts of no length; save the names again`);
  return {
    bytes: width * bytes,
    read(view, count) {
      const data: string[] = [];
      for (let i = 0; i < count; i++) {
        let text = '';
        for (let k = 0; k < width; k++) {
          const at = (i * width + k) * bytes;
          const code = kind === 'U' ? view.getUint32(at, little) : view.getUint8(at);
          if (code > 0x10ffff) throw new DataError(`${file}: text ${i + 1} is damaged; save it again`);
          text += String.fromCodePoint(code);
        }
        data.push(text.replace(/\0+$/, ''));
      }
      return data;
    },
  };
}

/** Fortran order (the first index runs fastest) to C order (the last one does). */
function rowMajor(data: NpyData, shape: readonly number[]): NpyData {
  const result = data.slice();
  const index = new Array<number>(shape.length).fill(0);
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape) {
    strides.push(stride);
    stride *= size;
  }
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    result[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

function short(text: string): string {
  const plain = text.replaceAll(/[^\x20-\x7e]/g, '?').trim();
  return plain.length > 80 ? `${plain.slice(0, 80)}…` : plain;
}
