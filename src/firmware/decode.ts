import {
  checkIntegerNetwork,
  tablesOf,
  type IntegerMatrix,
  type IntegerNetwork,
  type Storage,
} from '../integer/index.js';
import { blobFlags, blobHeaderBytes, blobVersion, indexCodes, nonlinearityCodes, tokenCode } from './blob-format.js';
import { crc16 } from './crc.js';
import { ImageError } from './errors.js';
import { decodeRow, denseForm, sparseForm } from './rows.js';

/**
 * The network that a blob holds; `encodeBlob` of it gives the same bytes. Fraction bits of weights and inputs decide no
 * result, so a blob doesn't hold them: they come back as 0.
 *
 * @throws ImageError when the bytes are no whole, undamaged blob of this version.
 */
export function decodeBlob(bytes: Uint8Array): IntegerNetwork {
  if (bytes.length < blobHeaderBytes + 2 || bytes[0] !== 0x46 || bytes[1] !== 0x47) {
    throw new ImageError('model blob: it does not start with a header that begins "FG"');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[2] & 15;
  const storage = storageFrom(bytes[2]);
  if (version !== blobVersion || !storage) {
    throw new ImageError(`model blob: format version ${bytes[2]}, this release reads version ${blobVersion}`);
  }
  const length = view.getUint32(4, true);
  if (length !== bytes.length) {
    throw new ImageError(`model blob: ${bytes.length} bytes, its header says ${length}`);
  }
  if (crc16(bytes) !== 0) throw new ImageError('model blob: the checksum is wrong, the bytes are damaged');
  const network = new Reader(view, storage).network();
  checkIntegerNetwork(network);
  return network;
}

/** What the upper half of byte 2 says, if anything. */
function storageFrom(byte: number): Storage | undefined {
  const indices = indexCodes[(byte >> 4) & 3];
  if (!indices || byte > 127) return undefined;
  return { weightBits: byte & 0x40 ? 4 : 8, indices };
}

class Reader {
  private readonly view: DataView;
  private readonly storage: Storage;
  private at = blobHeaderBytes;

  constructor(view: DataView, storage: Storage) {
    this.view = view;
    this.storage = storage;
  }

  network(): IntegerNetwork {
    const { view } = this;
    const [flags, inputSize, hiddenSize, wRank, uRank, classes, codes] = [3, 12, 13, 14, 15, 16, 17].map((i) =>
      view.getUint8(i),
    );
    const has = (bit: number): boolean => (flags & bit) !== 0;
    const gate = nonlinearityCodes[codes & 7];
    const tokens = (codes & tokenCode) !== 0;
    const update = nonlinearityCodes[codes >> 4];
    if (!gate || !update) throw new ImageError(`model blob: unknown nonlinearity code ${codes}`);
    const cell = has(blobFlags.fastRNN) ? 'FastRNN' : 'FastGRNN';

    for (const table of tablesOf({ cell, gate, update })) this.at += 2 * table.length;
    const embedding = tokens ? this.embedding(inputSize) : undefined;
    const channels = tokens ? 0 : has(blobFlags.perChannel) ? inputSize : 1;
    const centre = new Int16Array(channels);
    const multiplier = new Int16Array(channels);
    for (let i = 0; i < channels; i++) {
      centre[i] = this.int16();
      multiplier[i] = this.int16();
    }
    const w2 = wRank > 0 ? matrix(wRank, inputSize) : undefined;
    const u2 = uRank > 0 ? matrix(uRank, hiddenSize) : undefined;
    for (let j = 0; j < wRank; j++) this.row(w2, j, has(blobFlags.sparseW2));
    for (let j = 0; j < uRank; j++) this.row(u2, j, has(blobFlags.sparseU2));
    const w1 = matrix(hiddenSize, wRank || inputSize);
    const u1 = matrix(hiddenSize, uRank || hiddenSize);
    const biasUpdate = new Int16Array(hiddenSize);
    const biasGate = new Int16Array(cell === 'FastGRNN' ? hiddenSize : 0);
    for (let j = 0; j < hiddenSize; j++) {
      this.row(w1, j, has(blobFlags.sparseW1));
      this.row(u1, j, has(blobFlags.sparseU1));
      biasUpdate[j] = this.int16();
      if (cell === 'FastGRNN') biasGate[j] = this.int16();
    }
    const classifier = matrix(classes, hiddenSize);
    const classifierBias = new Int32Array(classes);
    for (let l = 0; l < classes; l++) {
      classifierBias[l] = (this.int16() & 0xffff) | (this.int16() << 16);
      this.row(classifier, l, has(blobFlags.sparseClassifier));
    }
    const [inputShift, w2Shift, w1Shift, u2Shift, u1Shift, stateBits] = [18, 19, 20, 21, 22, 23].map((i) =>
      view.getUint8(i),
    );
    const [inputLimit, wLimit, uLimit, stateLimit, scale, offset] = [24, 26, 28, 30, 32, 34].map((i) =>
      view.getInt16(i, true),
    );
    return {
      cell,
      inputSize,
      hiddenSize,
      wRank,
      uRank,
      classes,
      gate,
      update,
      embedding,
      mean: has(blobFlags.mean),
      centre,
      multiplier,
      inputShift,
      inputBits: 0,
      w2,
      w1,
      u2,
      u1,
      w2Shift,
      w1Shift,
      u2Shift,
      u1Shift,
      inputLimit,
      wLimit,
      uLimit,
      stateLimit,
      biasGate,
      biasUpdate,
      stateBits,
      scale,
      offset,
      classifier,
      classifierBias,
      storage: this.storage,
    };
  }

  /** The table of tokens. */
  private embedding(inputSize: number): IntegerMatrix {
    const m = matrix(this.int16() & 0xffff, inputSize);
    for (let i = 0; i < m.values.length; i++) m.values[i] = this.view.getInt8(this.at++);
    return m;
  }

  private int16(): number {
    this.at += 2;
    return this.view.getInt16(this.at - 2, true);
  }

  private row(m: IntegerMatrix | undefined, j: number, sparse: boolean): void {
    if (!m) return;
    const form = sparse ? sparseForm(this.storage) : denseForm(this.storage);
    m.values.set(
      decodeRow(() => this.view.getUint8(this.at++), m.columns, form),
      j * m.columns,
    );
  }
}

function matrix(rows: number, columns: number): IntegerMatrix {
  return { rows, columns, values: new Int8Array(rows * columns), fractionBits: 0 };
}
