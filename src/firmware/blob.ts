import { isGateByGate, separateLayers, tablesOf, type IntegerNetwork } from '../integer/index.js';
import { blobFlags, blobHeaderBytes, blobVersion, nonlinearityCodes, storageCode, tokenCode } from './blob-format.js';
import { BlobWriter } from './blob-writer.js';
import { ExportError } from './errors.js';
import { encodeGateBlob } from './gate-blob.js';
import { denseForm, smallerForm, sparseForm, type MatrixForm } from './rows.js';

/**
 * The network as one checksummed run of bytes, little-endian, that a generic runtime reads from flash:
 *
 * ```
 *  0 'F' 'G'           2 format version | index code << 4 | 64 where weights have 4 bits          3 flags (blobFlags)
 *  4 uint32 length of the whole blob        8 uint32 offset of the head
 * 12 D  H  rw  ru  L   17 gate code | 8 where the inputs are tokens | update code << 4
 * 18 inputShift  w2Shift  w1Shift  u2Shift  u1Shift       23 stateBits
 * 24 int16 inputLimit  wLimit  uLimit  stateLimit         32 int16 scale  offset
 * 36 int16[33] tanh table, when the update or FastGRNN's gate reads it; then the same of int16[9], of tanh8 and sigmoid8
 *    (int16 centre, int16 multiplier) for each channel, or one pair for all;
 *    of tokens uint16 their number and int8[D] for each
 *    rows of W2, rows of U2 (of low rank)
 *    for each hidden unit: its row of W1, its row of U1, int16 biasUpdate, int16 biasGate (FastGRNN)
 *    the head, for each class: int32 bias, its row of the classifier
 *    uint16 CRC-16/MCRF4XX of all before, so that the CRC of the whole blob is 0
 * ```
 *
 * After the tables a step reads strictly forward. Rows are stored as `rows.ts` says.
 *
 * @throws ExportError for a network of several layers
 */
export function encodeBlob(network: IntegerNetwork): Uint8Array {
  if (network.upper) {
    throw new ExportError(
      `the generic runtimes run a network of one layer, this one has ${network.upper.length + 1}; use the exported C`,
    );
  }
  if (isGateByGate(network)) return encodeGateBlob(network);
  const forms = matrixForms(network);
  const writer = new BlobWriter();
  writer.input(network);
  for (let j = 0; network.w2 && j < network.w2.rows; j++) writer.row(network.w2, j, forms.w2);
  for (let j = 0; network.u2 && j < network.u2.rows; j++) writer.row(network.u2, j, forms.u2);
  for (let j = 0; j < network.hiddenSize; j++) {
    writer.row(network.w1, j, forms.w1);
    writer.row(network.u1, j, forms.u1);
    writer.int16(network.biasUpdate[j]);
    if (network.cell === 'FastGRNN') writer.int16(network.biasGate[j]);
  }
  writer.head(network, forms.classifier);
  return writer.finish((view) => writeHeader(view, network, forms));
}

/** The name of the committed generic runtime that reads a network's blob, in a board's folder of `firmware/`. */
export function runtimeName(network: Pick<IntegerNetwork, 'cell'>): 'runtime' | 'gated' {
  return isGateByGate(network) ? 'gated' : 'runtime';
}

/** Bytes of the tables that a step interpolates in. */
export function tableBytes(network: IntegerNetwork): number {
  return tablesOf(network).reduce((sum, table) => sum + 2 * table.length, 0);
}

/**
 * Bytes of every constant that firmware links for the network: its blob, checksum included. Several layers, which have none together,
 * count as their blobs would but for what stands there once: header, checksum and tables.
 */
export function modelBytes(network: IntegerNetwork): number {
  const once = blobHeaderBytes + 2 + tableBytes(network);
  const each = separateLayers(network).map((layer) => encodeBlob(layer).length - once);
  return once + each.reduce((sum, bytes) => sum + bytes, 0);
}

/** How each matrix is stored. */
export interface MatrixForms {
  readonly w2: MatrixForm;
  readonly u2: MatrixForm;
  readonly w1: MatrixForm;
  readonly u1: MatrixForm;
  readonly classifier: MatrixForm;
}

/** The form of fewer bytes for each matrix; a matrix that is absent counts as dense. */
export function matrixForms(network: IntegerNetwork): MatrixForms {
  const { storage } = network;
  return {
    w2: network.w2 ? smallerForm(network.w2, storage) : denseForm(storage),
    u2: network.u2 ? smallerForm(network.u2, storage) : denseForm(storage),
    w1: smallerForm(network.w1, storage),
    u1: smallerForm(network.u1, storage),
    classifier: smallerForm(network.classifier, storage),
  };
}

function writeHeader(view: DataView, network: IntegerNetwork, forms: MatrixForms): void {
  const flag = (on: boolean, bit: number): number => (on ? bit : 0);
  const isSparse = sparseForm(network.storage);
  const flags =
    flag(network.cell === 'FastRNN', blobFlags.fastRNN) |
    flag(network.centre.length > 1, blobFlags.perChannel) |
    flag(forms.w2 === isSparse, blobFlags.sparseW2) |
    flag(forms.u2 === isSparse, blobFlags.sparseU2) |
    flag(forms.w1 === isSparse, blobFlags.sparseW1) |
    flag(forms.u1 === isSparse, blobFlags.sparseU1) |
    flag(forms.classifier === isSparse, blobFlags.sparseClassifier) |
    flag(network.mean, blobFlags.mean);
  const gate = nonlinearityCodes.indexOf(network.gate) | flag(network.embedding !== undefined, tokenCode);
  const update = nonlinearityCodes.indexOf(network.update);

  [0x46, 0x47, blobVersion | storageCode(network.storage), flags].forEach((byte, i) => view.setUint8(i, byte));
  [
    network.inputSize,
    network.hiddenSize,
    network.wRank,
    network.uRank,
    network.classes,
    gate | (update << 4),
    network.inputShift,
    network.w2Shift,
    network.w1Shift,
    network.u2Shift,
    network.u1Shift,
    network.stateBits,
  ].forEach((byte, i) => view.setUint8(12 + i, byte));
  [network.inputLimit, network.wLimit, network.uLimit, network.stateLimit, network.scale, network.offset].forEach(
    (value, i) => view.setInt16(24 + 2 * i, value, true),
  );
}
