import { tablesOf, type IntegerMatrix, type IntegerNetwork } from '../integer/index.js';
import { blobHeaderBytes } from './blob-format.js';
import { crc16 } from './crc.js';
import { encodeRow, type MatrixForm } from './rows.js';

/** What blobs of all versions have: `BlobReader`'s counterpart. */
export class BlobWriter {
  readonly bytes: number[] = new Array<number>(blobHeaderBytes).fill(0);
  private headAt = 0;

  int16(value: number): void {
    this.bytes.push(value & 255, (value >> 8) & 255);
  }

  row(m: IntegerMatrix, j: number, form: MatrixForm): void {
    this.bytes.push(...encodeRow(m, j, form));
  }

  /** The tables, then the tokens' embedding, or the affine. */
  input(network: IntegerNetwork): void {
    const { embedding, centre, multiplier } = network;
    for (const table of tablesOf(network)) for (const value of table) this.int16(value);
    if (embedding) {
      this.int16(embedding.rows);
      for (const value of embedding.values) this.bytes.push(value & 255);
    }
    for (const [i, value] of centre.entries()) {
      this.int16(value);
      this.int16(multiplier[i]);
    }
  }

  head({ classifier, classifierBias }: IntegerNetwork, form: MatrixForm): void {
    this.headAt = this.bytes.length;
    for (const [l, bias] of classifierBias.entries()) {
      this.int16(bias);
      this.int16(bias >> 16);
      this.row(classifier, l, form);
    }
  }

  /** All of it with its CRC, when `writeHeader` has filled the header but for what it says of lengths. */
  finish(writeHeader: (view: DataView) => void): Uint8Array {
    const blob = Uint8Array.from([...this.bytes, 0, 0]);
    const view = new DataView(blob.buffer);
    writeHeader(view);
    view.setUint32(4, blob.length, true);
    view.setUint32(8, this.headAt, true);
    view.setUint16(blob.length - 2, crc16(blob.subarray(0, -2)), true);
    return blob;
  }
}
