import {
  dividedBiases,
  gateNetworks,
  type GateNetwork,
  type IntegerMatrix,
  type IntegerNetwork,
} from '../integer/index.js';
import { blobFlags, nonlinearityCodes, storageCode, tokenCode } from './blob-format.js';
import { BlobWriter } from './blob-writer.js';
import { smallerForm, sparseForm, type MatrixForm } from './rows.js';

/** The version of blobs of networks that are run gate by gate; a runtime for others refuses it. */
export const gateBlobVersion = 2;

/** The order is part of the format: a cell's code is its place here. */
export const gateCellCodes = ['FastRNN-vector', 'UGRNN', 'GRU before', 'GRU after', 'LSTM', 'FastGRNN'] as const;

/**
 * The blob of one layer that is run gate by gate. The header's places are those of `encodeBlob`, but for
 *
 * ```
 *  2 format version 2            3 flags: perChannel, sparseClassifier, mean
 * 19 cell code  candidateBits (else 0)  memoryBits (else 0)  0       26 int16 memoryLimit (else 0)  0       32 0 0
 * 36 w2Shift  w1Shift  u2Shift  u1Shift  flags (sparseW2 to sparseU1)  int16 wLimit  uLimit
 *    for each gate (`gateNetworks`: a GRU that resets after the product has four)
 * ```
 *
 * Behind them stand tables, and affine or embedding, as there; then for each gate
 *
 * ```
 *    rows of W2, rows of U2 (of low rank)
 *    for each hidden unit: its row of W1, its row of U1, int16 bias
 * ```
 *
 * without the rows of a W or U that the gate lacks; then for each unit int16 alpha, beta (FastRNN-vector) or half the
 * difference of the two biases, zeta, nu (FastGRNN); then head and CRC.
 */
export function encodeGateBlob(network: IntegerNetwork): Uint8Array {
  const { storage, hiddenSize } = network;
  const writer = new BlobWriter();
  const sparse = sparseForm(storage);
  const gates = gateNetworks(network).map((gate) => ({ gate: gate.network, stored: storedMatrices(gate) }));
  for (const { gate, stored } of gates) {
    const flags = stored.reduce((sum, { flag, form }) => sum | (form === sparse ? flag : 0), 0);
    writer.bytes.push(gate.w2Shift, gate.w1Shift, gate.u2Shift, gate.u1Shift, flags);
    writer.int16(gate.wLimit);
    writer.int16(gate.uLimit);
  }
  writer.input(network);
  for (const { gate, stored } of gates) {
    for (const { matrix, form } of stored.slice(0, 2)) {
      if (!matrix || !form) continue;
      for (let j = 0; j < matrix.rows; j++) writer.row(matrix, j, form);
    }
    for (let j = 0; j < hiddenSize; j++) {
      for (const { matrix, form } of stored.slice(2)) if (matrix && form) writer.row(matrix, j, form);
      writer.int16(gate.biasUpdate[j]);
    }
  }
  const vectors = vectorsOf(network);
  for (let j = 0; j < hiddenSize; j++) for (const vector of vectors) writer.int16(vector[j]);
  const headForm = smallerForm(network.classifier, storage);
  writer.head(network, headForm);
  return writer.finish((view) => writeHeader(view, network, headForm === sparse));
}

/** What the new states are made with beside the gates' values, a number a unit each, in the order in which a blob has them. */
function vectorsOf(network: IntegerNetwork): readonly Int16Array[] {
  const { alpha, beta, zeta, nu } = network;
  if (alpha && beta) return [alpha, beta];
  return zeta && nu ? [dividedBiases(network).half, zeta, nu] : [];
}

/** The matrices of a gate that a blob holds: W2 and U2, then W1 and U1, each with its form. */
function storedMatrices({ network, lacks }: GateNetwork): {
  readonly matrix: IntegerMatrix | undefined;
  readonly flag: number;
  readonly form: MatrixForm | undefined;
}[] {
  const { w2, u2, w1, u1, storage } = network;
  return [
    { matrix: w2, flag: blobFlags.sparseW2 },
    { matrix: u2, flag: blobFlags.sparseU2 },
    { matrix: lacks === 'w' ? undefined : w1, flag: blobFlags.sparseW1 },
    { matrix: lacks === 'u' ? undefined : u1, flag: blobFlags.sparseU1 },
  ].map(({ matrix, flag }) => ({ matrix, flag, form: matrix && smallerForm(matrix, storage) }));
}

function writeHeader(view: DataView, network: IntegerNetwork, sparseHead: boolean): void {
  const flags =
    (network.centre.length > 1 ? blobFlags.perChannel : 0) |
    (sparseHead ? blobFlags.sparseClassifier : 0) |
    (network.mean ? blobFlags.mean : 0);
  const gate = nonlinearityCodes.indexOf(network.gate) | (network.embedding ? tokenCode : 0);
  const name = network.reset ? (`GRU ${network.reset}` as const) : network.cell;
  const header = [
    ...[0x46, 0x47, gateBlobVersion | storageCode(network.storage), flags],
    ...new Array<number>(8).fill(0),
    ...[network.inputSize, network.hiddenSize, network.wRank, network.uRank, network.classes],
    gate | (nonlinearityCodes.indexOf(network.update) << 4),
    ...[network.inputShift, gateCellCodes.findIndex((code) => code === name)],
    ...[network.candidateBits ?? 0, network.memoryBits ?? 0, 0, network.stateBits],
  ];
  header.forEach((byte, i) => view.setUint8(i, byte));
  view.setInt16(24, network.inputLimit, true);
  view.setInt16(26, network.memoryLimit ?? 0, true);
  view.setInt16(30, network.stateLimit, true);
}
