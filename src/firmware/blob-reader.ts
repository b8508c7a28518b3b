import type { IntegerMatrix, IntegerNetwork, Storage } from '../integer/index.js';
import { blobFlags, nonlinearityCodes, tokenCode } from './blob-format.js';
import { ImageError } from './errors.js';
import { decodeRow, denseForm, sparseForm } from './rows.js';

/** What the headers of all versions have in common. */
type HeaderFields = Pick<
  IntegerNetwork,
  'inputSize' | 'hiddenSize' | 'wRank' | 'uRank' | 'classes' | 'gate' | 'update' | 'mean' | 'inputShift' | 'stateBits'
>;

/** Reads a blob forward, from `at` on; what its version doesn't change is read here. */
export class BlobReader {
  readonly view: DataView;
  readonly storage: Storage;
  at: number;

  constructor(view: DataView, storage: Storage, at: number) {
    this.view = view;
    this.storage = storage;
    this.at = at;
  }

  /** Whether a bit of the header's flags is set. */
  has(bit: number): boolean {
    return (this.view.getUint8(3) & bit) !== 0;
  }

  header(): HeaderFields {
    const [inputSize, hiddenSize, wRank, uRank, classes, codes, inputShift] = [12, 13, 14, 15, 16, 17, 18].map((i) =>
      this.view.getUint8(i),
    );
    const [gate, update] = [nonlinearityCodes[codes & 7], nonlinearityCodes[codes >> 4]];
    if (!gate || !update) throw new ImageError(`model blob: unknown nonlinearity code ${codes}`);
    const stateBits = this.view.getUint8(23);
    const mean = this.has(blobFlags.mean);
    return { inputSize, hiddenSize, wRank, uRank, classes, gate, update, mean, inputShift, stateBits };
  }

  /** The tokens' embedding, or the affine. */
  input(inputSize: number): Pick<IntegerNetwork, 'embedding' | 'centre' | 'multiplier'> {
    const tokens = (this.view.getUint8(17) & tokenCode) !== 0;
    const embedding = tokens ? this.embedding(inputSize) : undefined;
    const channels = tokens ? 0 : this.has(blobFlags.perChannel) ? inputSize : 1;
    const centre = new Int16Array(channels);
    const multiplier = new Int16Array(channels);
    for (let i = 0; i < channels; i++) {
      centre[i] = this.int16();
      multiplier[i] = this.int16();
    }
    return { embedding, centre, multiplier };
  }

  head(classes: number, hiddenSize: number): Pick<IntegerNetwork, 'classifier' | 'classifierBias'> {
    const classifier = emptyMatrix(classes, hiddenSize);
    const classifierBias = new Int32Array(classes);
    for (let l = 0; l < classes; l++) {
      classifierBias[l] = (this.int16() & 0xffff) | (this.int16() << 16);
      this.row(classifier, l, this.has(blobFlags.sparseClassifier));
    }
    return { classifier, classifierBias };
  }

  int16(): number {
    this.at += 2;
    return this.view.getInt16(this.at - 2, true);
  }

  uint8(): number {
    return this.view.getUint8(this.at++);
  }

  /** Reads row j into a matrix, or nothing where there is none. */
  row(m: IntegerMatrix | undefined, j: number, sparse: boolean): void {
    if (!m) return;
    const form = sparse ? sparseForm(this.storage) : denseForm(this.storage);
    m.values.set(
      decodeRow(() => this.uint8(), m.columns, form),
      j * m.columns,
    );
  }

  private embedding(inputSize: number): IntegerMatrix {
    const m = emptyMatrix(this.int16() & 0xffff, inputSize);
    for (let i = 0; i < m.values.length; i++) m.values[i] = this.view.getInt8(this.at++);
    return m;
  }
}

/** A matrix of zeros; a blob tells no fraction bits. */
export function emptyMatrix(rows: number, columns: number): IntegerMatrix {
  return { rows, columns, values: new Int8Array(rows * columns), fractionBits: 0 };
}
