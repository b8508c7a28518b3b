import { DataError } from '../errors.js';
import { BitReader } from './bits.js';
import { decodeSubframe } from './flac-subframe.js';
import { checkSamples, convertSound, type Pcm, type PcmValues } from './pcm.js';

/**
 * Decodes FLAC (RFC 9639): every block is checked by its CRCs, the number of samples by the header.
 *
 * @throws DataError that names the file, what is wrong and where
 */
export function decodeFlac(bytes: Uint8Array, file: string): Pcm {
  const { info, start } = readHeader(bytes, file);
  checkSamples(info.samples * info.channels, file);
  const blocks: Block[] = [];
  let at = start;
  let samples = 0;
  while (at < bytes.length && (info.samples === 0 || samples < info.samples)) {
    const block = readFrame(bytes, at, info, file);
    blocks.push(block);
    samples += block.size;
    at = block.end;
    checkSamples(samples * info.channels, file);
  }
  if (samples < info.samples || samples === 0) {
    throw new DataError(
      samples === 0 && info.samples === 0
        ? `${file} holds no samples; remove it or record it again`
        : `${file} is cut off: it should have ${info.samples} samples, ${samples} are there; copy it again`,
    );
  }
  return { rate: info.rate, channels: join(blocks, info, info.samples || samples) };
}

interface StreamInfo {
  readonly rate: number;
  readonly channels: number;
  readonly bits: number;
  /** 0 where the encoder didn't know. */
  readonly samples: number;
}

interface Block {
  /** [channels][size] */
  readonly channels: readonly Int32Array[];
  readonly size: number;
  /** The byte behind it. */
  readonly end: number;
}

function readHeader(bytes: Uint8Array, file: string): { info: StreamInfo; start: number } {
  const cut = new DataError(`${file} is cut off within its header; copy it again`);
  const is = (at: number, text: string) => String.fromCharCode(...bytes.subarray(at, at + text.length)) === text;
  if (bytes.length === 0) throw new DataError(`${file} is empty; remove it or record it again`);
  let at = is(0, 'ID3') ? 10 + sevenBits(bytes, 6) : 0; // a tag that some programs put before it
  if (!is(at, 'fLaC')) throw new DataError(`${file} is no FLAC file (it doesn't begin with fLaC); ${convertSound}`);
  at += 4;
  let info: StreamInfo | undefined;
  for (let last = false; !last;) {
    if (at + 4 > bytes.length) throw cut;
    last = (bytes[at] & 0x80) !== 0;
    const kind = bytes[at] & 0x7f;
    const size = (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    at += 4;
    if (at + size > bytes.length) throw cut;
    if (kind === 0 && size >= 34) {
      const reader = new BitReader(bytes, at + 10);
      const rate = reader.unsigned(20);
      const channels = reader.unsigned(3) + 1;
      const bits = reader.unsigned(5) + 1;
      info = { rate, channels, bits, samples: reader.unsigned(4) * 2 ** 32 + reader.unsigned(32) };
    }
    at += size;
  }
  if (info === undefined || info.rate === 0 || info.bits < 4) {
    throw new DataError(`${file} is damaged: its header says nothing that can be read; copy it again`);
  }
  return { info, start: at };
}

/** A number of four times seven bits, as ID3 writes sizes. */
function sevenBits(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 21) | (bytes[at + 1] << 14) | (bytes[at + 2] << 7) | bytes[at + 3];
}

const depths = [0, 8, 12, 0, 16, 20, 24, 32];

function readFrame(bytes: Uint8Array, start: number, info: StreamInfo, file: string): Block {
  const damaged = (what: string) => new DataError(`${file} is damaged at byte ${start}: ${what}; copy it again`);
  const reader = new BitReader(bytes, start);
  if (reader.unsigned(15) !== 0x7ffc) throw damaged('no block begins there');
  reader.unsigned(1); // whether blocks differ in size: their own headers say it
  const sizeCode = reader.unsigned(4);
  const rateCode = reader.unsigned(4);
  const layout = reader.unsigned(4);
  const depthCode = reader.unsigned(3);
  reader.unsigned(1);
  skipNumber(reader);
  const size = blockSize(sizeCode, reader);
  if (rateCode === 12) reader.unsigned(8);
  else if (rateCode === 13 || rateCode === 14) reader.unsigned(16);
  const headerEnd = reader.byte;
  const crc = reader.unsigned(8);
  if (reader.isOver) throw damaged('the file ends within a block');
  if (crc8(bytes, start, headerEnd) !== crc) throw damaged("a block's header differs from its checksum");
  const channels = layout < 8 ? layout + 1 : 2;
  const bits = depthCode === 0 ? info.bits : depths[depthCode];
  if (layout > 10 || channels !== info.channels || bits !== info.bits || size === 0) {
    throw damaged('a block is made in another way than the file');
  }
  const parts: Int32Array[] = [];
  for (let c = 0; c < channels; c++) {
    const isSide = (layout === 8 && c === 1) || (layout === 9 && c === 0) || (layout === 10 && c === 1);
    if (isSide && bits === 32) throw damaged('differences of 33 bits are not read');
    const values = decodeSubframe(reader, size, isSide ? bits + 1 : bits);
    if (values === undefined || reader.isOver) {
      throw damaged(reader.isOver ? 'the file ends within a block' : 'a block holds what FLAC has no meaning for');
    }
    parts.push(values);
  }
  reader.align();
  const end = reader.byte;
  if (end + 2 > bytes.length) throw damaged('the file ends within a block');
  if (crc16(bytes, start, end) !== ((bytes[end] << 8) | bytes[end + 1])) {
    throw damaged('a block differs from its checksum');
  }
  decorrelate(parts, layout);
  return { channels: parts, size, end: end + 2 };
}

/** The number of the block or of its first sample, coded as UTF-8 codes characters; it isn't needed. */
function skipNumber(reader: BitReader): void {
  let more = Math.clz32(~(reader.unsigned(8) << 24)) - 1;
  for (; more > 0; more--) reader.unsigned(8);
}

function blockSize(code: number, reader: BitReader): number {
  if (code === 1) return 192;
  if (code >= 2 && code <= 5) return 576 << (code - 2);
  if (code === 6) return reader.unsigned(8) + 1;
  if (code === 7) return reader.unsigned(16) + 1;
  return code === 0 ? 0 : 256 << (code - 8);
}

/** Left and right from what was stored in their place: one of them and the difference, or the mean and the difference. */
function decorrelate(parts: readonly Int32Array[], layout: number): void {
  const [a, b] = parts;
  if (layout === 8) for (let i = 0; i < a.length; i++) b[i] = a[i] - b[i];
  else if (layout === 9) for (let i = 0; i < a.length; i++) a[i] += b[i];
  else if (layout === 10) {
    for (let i = 0; i < a.length; i++) {
      const sum = 2 * a[i] + (b[i] & 1);
      const difference = b[i];
      a[i] = (sum + difference) / 2;
      b[i] = (sum - difference) / 2;
    }
  }
}

function join(blocks: readonly Block[], { channels, bits }: StreamInfo, samples: number): PcmValues[] {
  const unit = 2 ** (16 - bits);
  return Array.from({ length: channels }, (_, c) => {
    const whole = bits <= 16 ? new Int16Array(samples) : new Float32Array(samples);
    let at = 0;
    for (const block of blocks) {
      const values = block.channels[c];
      const count = Math.min(values.length, samples - at);
      for (let i = 0; i < count; i++) whole[at + i] = values[i] * unit;
      at += count;
    }
    return whole;
  });
}

/** The checksum of a header: polynomial x^8 + x^2 + x + 1. */
function crc8(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) {
    crc ^= bytes[i];
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  }
  return crc;
}

/** Remainders of x^16 + x^15 + x^2 + 1. */
const remainders = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x8005 : crc << 1;
  return crc;
});

function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) crc = ((crc << 8) & 0xffff) ^ remainders[(crc >> 8) ^ bytes[i]];
  return crc;
}
