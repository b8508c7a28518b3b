import { tablesOf, type IntegerGate, type IntegerMatrix, type IntegerNetwork } from '../integer/index.js';
import { blobFlags } from './blob-format.js';
import { emptyMatrix, type BlobReader } from './blob-reader.js';
import { ImageError } from './errors.js';
import { gateCellCodes } from './gate-blob.js';

/** A gate as its blob has it: of a GRU that resets after the product the candidate's two parts are one each. */
interface StoredGate extends Omit<IntegerGate, 'w1' | 'u1'> {
  readonly flags: number;
  readonly w1: IntegerMatrix | undefined;
  readonly u1: IntegerMatrix | undefined;
  readonly bias: Int16Array;
}

type Sizes = Pick<IntegerNetwork, 'inputSize' | 'hiddenSize' | 'wRank' | 'uRank'>;

/** A network that is run gate by gate, of the bytes that `encodeGateBlob` writes. */
export function decodeGates(reader: BlobReader): IntegerNetwork {
  const { view, storage } = reader;
  const header = reader.header();
  const { inputSize, hiddenSize, classes, gate, update } = header;
  const code = gateCellCodes[view.getUint8(19)];
  if (!code) throw new ImageError(`model blob: unknown cell code ${view.getUint8(19)}`);
  const cell = code === 'GRU before' || code === 'GRU after' ? 'GRU' : code;
  const after = code === 'GRU after';
  const gates = { 'FastRNN-vector': 1, FastGRNN: 1, UGRNN: 2, GRU: after ? 4 : 3, LSTM: 4 }[cell];
  const records = Array.from({ length: gates }, (_, k) =>
    record(reader, header, after ? ([undefined, undefined, 'u', 'w'] as const)[k] : undefined),
  );
  for (const table of tablesOf({ cell, gate, update })) reader.at += 2 * table.length;
  const input = reader.input(inputSize);
  for (const stored of records) readRows(reader, stored);
  const [first, ...further] = gatesOf(records, after);
  return {
    ...{ cell, ...header, ...input, inputBits: 0 },
    ...first,
    ...biasesOf(reader, cell, further, records),
    ...(cell === 'GRU' ? { reset: after ? ('after' as const) : ('before' as const) } : {}),
    ...(after ? { candidateBits: view.getUint8(20) } : {}),
    ...(cell === 'LSTM' ? { memoryBits: view.getUint8(21), memoryLimit: view.getInt16(26, true) } : {}),
    ...{ inputLimit: view.getInt16(24, true), stateLimit: view.getInt16(30, true), scale: 0, offset: 0 },
    ...reader.head(classes, hiddenSize),
    storage,
  };
}

/** What the layer has beside its first gate: further ones and all biases, or the vectors of a cell with one W and U. */
function biasesOf(
  reader: BlobReader,
  cell: IntegerNetwork['cell'],
  furtherGates: readonly IntegerGate[],
  records: readonly StoredGate[],
): Pick<IntegerNetwork, 'biasGate' | 'biasUpdate' | 'biases' | 'furtherGates' | 'alpha' | 'beta' | 'zeta' | 'nu'> {
  const [{ bias }] = records;
  const vectors = (count: number) => {
    const all = Array.from({ length: count }, () => new Int16Array(bias.length));
    for (let j = 0; j < bias.length; j++) for (const vector of all) vector[j] = reader.int16();
    return all;
  };
  if (cell === 'FastGRNN') {
    const [half, zeta, nu] = vectors(3);
    return { biasGate: bias.map((b, j) => b + half[j]), biasUpdate: bias.map((b, j) => b - half[j]), zeta, nu };
  }
  const biasGate = new Int16Array();
  if (cell === 'FastRNN-vector') {
    const [alpha, beta] = vectors(2);
    return { biasGate, biasUpdate: bias, alpha, beta };
  }
  return { biasGate, biasUpdate: new Int16Array(), biases: records.map((stored) => stored.bias), furtherGates };
}

/** What stands before the tables, with matrices that are still empty. */
function record(reader: BlobReader, sizes: Sizes, lacks: 'w' | 'u' | undefined): StoredGate {
  const { inputSize, hiddenSize, wRank, uRank } = sizes;
  const [w2Shift, w1Shift, u2Shift, u1Shift, flags] = Array.from({ length: 5 }, () => reader.uint8());
  const [wLimit, uLimit] = [reader.int16(), reader.int16()];
  return {
    ...{ w2Shift, w1Shift, u2Shift, u1Shift, flags, wLimit, uLimit },
    w2: wRank > 0 && lacks !== 'w' ? emptyMatrix(wRank, inputSize) : undefined,
    w1: lacks === 'w' ? undefined : emptyMatrix(hiddenSize, wRank || inputSize),
    u2: uRank > 0 && lacks !== 'u' ? emptyMatrix(uRank, hiddenSize) : undefined,
    u1: lacks === 'u' ? undefined : emptyMatrix(hiddenSize, uRank || hiddenSize),
    bias: new Int16Array(hiddenSize),
  };
}

function readRows(reader: BlobReader, { w2, u2, w1, u1, flags, bias }: StoredGate): void {
  const has = (bit: number): boolean => (flags & bit) !== 0;
  for (let j = 0; j < (w2?.rows ?? 0); j++) reader.row(w2, j, has(blobFlags.sparseW2));
  for (let j = 0; j < (u2?.rows ?? 0); j++) reader.row(u2, j, has(blobFlags.sparseU2));
  for (let j = 0; j < bias.length; j++) {
    reader.row(w1, j, has(blobFlags.sparseW1));
    reader.row(u1, j, has(blobFlags.sparseU1));
    bias[j] = reader.int16();
  }
}

/** The gates of the network: the two parts of a candidate, of which one has no U and the other no W, are one. */
function gatesOf(stored: readonly StoredGate[], after: boolean): IntegerGate[] {
  const inputs = after ? stored.slice(0, 3) : stored;
  return inputs.map(({ w2, w1, w2Shift, w1Shift, wLimit, ...own }, k) => {
    const { u2, u1, u2Shift, u1Shift, uLimit } = after && k === 2 ? stored[3] : own;
    if (!w1 || !u1) throw new ImageError(`model blob: gate ${k} has no W or no U`);
    return { w2, w1, u2, u1, w2Shift, w1Shift, u2Shift, u1Shift, wLimit, uLimit };
  });
}
