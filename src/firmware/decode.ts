import { checkIntegerNetwork, tablesOf, type IntegerNetwork, type Storage } from '../integer/index.js';
import { blobFlags, blobHeaderBytes, blobVersion, indexCodes } from './blob-format.js';
import { BlobReader, emptyMatrix } from './blob-reader.js';
import { crc16 } from './crc.js';
import { ImageError } from './errors.js';
import { gateBlobVersion } from './gate-blob.js';
import { decodeGates } from './gate-decode.js';

/**
 * The network that a blob holds; `encodeBlob` of it gives the same bytes. Fraction bits of weights and inputs decide no
 * result, so a blob doesn't hold them: they come back as 0.
 *
 * @throws ImageError when the bytes are no whole, undamaged blob of a version that this release knows.
 */
export function decodeBlob(bytes: Uint8Array): IntegerNetwork {
  if (bytes.length < blobHeaderBytes + 2 || bytes[0] !== 0x46 || bytes[1] !== 0x47) {
    throw new ImageError('model blob: it does not start with a header that begins "FG"');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[2] & 15;
  const storage = storageFrom(bytes[2]);
  if ((version !== blobVersion && version !== gateBlobVersion) || !storage) {
    throw new ImageError(
      `model blob: format version ${bytes[2]}, this release reads versions ${blobVersion} and ${gateBlobVersion}`,
    );
  }
  const length = view.getUint32(4, true);
  if (length !== bytes.length) {
    throw new ImageError(`model blob: ${bytes.length} bytes, its header says ${length}`);
  }
  if (crc16(bytes) !== 0) throw new ImageError('model blob: the checksum is wrong, the bytes are damaged');
  const reader = new BlobReader(view, storage, blobHeaderBytes);
  const network = version === blobVersion ? decodeShared(reader) : decodeGates(reader);
  checkIntegerNetwork(network);
  return network;
}

/** What the upper half of byte 2 says, if anything. */
function storageFrom(byte: number): Storage | undefined {
  const indices = indexCodes[(byte >> 4) & 3];
  if (!indices || byte > 127) return undefined;
  return { weightBits: byte & 0x40 ? 4 : 8, indices };
}

/** A FastGRNN or FastRNN: one W and U serve the gate and the candidate. */
function decodeShared(reader: BlobReader): IntegerNetwork {
  const { view, storage } = reader;
  const header = reader.header();
  const { inputSize, hiddenSize, wRank, uRank, classes, gate, update } = header;
  const cell = reader.has(blobFlags.fastRNN) ? 'FastRNN' : 'FastGRNN';
  for (const table of tablesOf({ cell, gate, update })) reader.at += 2 * table.length;
  const input = reader.input(inputSize);
  const w2 = wRank > 0 ? emptyMatrix(wRank, inputSize) : undefined;
  const u2 = uRank > 0 ? emptyMatrix(uRank, hiddenSize) : undefined;
  for (let j = 0; j < wRank; j++) reader.row(w2, j, reader.has(blobFlags.sparseW2));
  for (let j = 0; j < uRank; j++) reader.row(u2, j, reader.has(blobFlags.sparseU2));
  const w1 = emptyMatrix(hiddenSize, wRank || inputSize);
  const u1 = emptyMatrix(hiddenSize, uRank || hiddenSize);
  const biasUpdate = new Int16Array(hiddenSize);
  const biasGate = new Int16Array(cell === 'FastGRNN' ? hiddenSize : 0);
  for (let j = 0; j < hiddenSize; j++) {
    reader.row(w1, j, reader.has(blobFlags.sparseW1));
    reader.row(u1, j, reader.has(blobFlags.sparseU1));
    biasUpdate[j] = reader.int16();
    if (cell === 'FastGRNN') biasGate[j] = reader.int16();
  }
  const [w2Shift, w1Shift, u2Shift, u1Shift] = [19, 20, 21, 22].map((i) => view.getUint8(i));
  const [inputLimit, wLimit, uLimit, stateLimit, scale, offset] = [24, 26, 28, 30, 32, 34].map((i) =>
    view.getInt16(i, true),
  );
  return {
    ...{ cell, ...header, ...input, inputBits: 0 },
    ...{ w2, w1, u2, u1, w2Shift, w1Shift, u2Shift, u1Shift },
    ...{ inputLimit, wLimit, uLimit, stateLimit, biasGate, biasUpdate, scale, offset },
    ...reader.head(classes, hiddenSize),
    storage,
  };
}
