/** Reads bits from the highest of the first byte on. Beyond the end it reads zeros: `isOver` says so, and readers ask it after each part. */
export class BitReader {
  /** The byte that holds the next bit. */
  byte: number;
  /** How many of its bits were read, 0 to 7. */
  private bit = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes;
    this.byte = start;
  }

  /** Whether more was read than is there. */
  get isOver(): boolean {
    return this.byte > this.bytes.length || (this.byte === this.bytes.length && this.bit > 0);
  }

  /** The next 32 bits, which stay unread, as a signed number. */
  private peek(): number {
    const { bytes, byte, bit } = this;
    const word = (bytes[byte] << 24) | (bytes[byte + 1] << 16) | (bytes[byte + 2] << 8) | bytes[byte + 3];
    return bit === 0 ? word : (word << bit) | (bytes[byte + 4] >> (8 - bit));
  }

  private skip(count: number): void {
    const bits = this.bit + count;
    this.byte += bits >> 3;
    this.bit = bits & 7;
  }

  /** `count` bits, 0 to 32, as a number from 0 on. */
  unsigned(count: number): number {
    if (count === 0) return 0;
    const value = this.peek() >>> (32 - count);
    this.skip(count);
    return value;
  }

  /** `count` bits, 0 to 33, in two's complement. */
  signed(count: number): number {
    if (count === 0) return 0;
    if (count > 32) return this.signed(count - 1) * 2 + this.unsigned(1);
    const value = this.peek() >> (32 - count);
    this.skip(count);
    return value;
  }

  /** How many zeros come before the next one, which is read too. */
  unary(): number {
    let zeros = 0;
    for (;;) {
      const word = this.peek();
      if (word !== 0) {
        const run = Math.clz32(word);
        this.skip(run + 1);
        return zeros + run;
      }
      zeros += 32;
      this.skip(32);
      if (this.isOver) return zeros;
    }
  }

  /** `count` numbers in Rice's code of that parameter, 0 to 30, into `into` from `at` on. */
  rice(parameter: number, into: Int32Array, at: number, count: number): void {
    const { bytes } = this;
    const last = bytes.length - 5; // up to there whole words can be read
    let { byte, bit } = this;
    for (let i = at; i < at + count; i++) {
      let folded = 0;
      const word =
        byte < last
          ? (((bytes[byte] << 24) | (bytes[byte + 1] << 16) | (bytes[byte + 2] << 8) | bytes[byte + 3]) << bit) |
            (bytes[byte + 4] >> (8 - bit))
          : 0;
      const zeros = Math.clz32(word);
      const length = zeros + 1 + parameter;
      if (length <= 32 && word !== 0) {
        // The one behind the zeros is shifted out; a shift by 32 is one by 0, so it is done in two.
        folded = (zeros << parameter) | ((((word << zeros) << 1) >>> 1) >>> (31 - parameter));
        const bits = bit + length;
        byte += bits >> 3;
        bit = bits & 7;
      } else {
        this.byte = byte;
        this.bit = bit;
        folded = (this.unary() << parameter) | this.unsigned(parameter);
        byte = this.byte;
        bit = this.bit;
        if (this.isOver) return;
      }
      into[i] = (folded >>> 1) ^ -(folded & 1);
    }
    this.byte = byte;
    this.bit = bit;
  }

  /** Goes on to the next whole byte. */
  align(): void {
    if (this.bit > 0) this.skip(8 - this.bit);
  }
}
