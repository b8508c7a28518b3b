/** Powers of ten that a float64 holds exactly. */
const tens = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** Reads numbers at a place in bytes; `next` is then the place after it. Keeps its place so that nothing is allocated. */
export class NumberScanner {
  next = 0;
  readonly bytes: Uint8Array;
  readonly decimal: number;

  constructor(bytes: Uint8Array, decimal: ',' | '.') {
    this.bytes = bytes;
    this.decimal = decimal.charCodeAt(0);
  }

  /** The decimal number at bytes[start], correctly rounded; NaN, with `next` at `start`, where there is none. */
  read(start: number): number {
    const { bytes, decimal } = this;
    let i = start;
    const negative = bytes[i] === 45;
    if (negative || bytes[i] === 43) i++;
    const first = i;
    let mantissa = 0;
    let point = -1;
    for (; ; i++) {
      const digit = bytes[i] - 48;
      if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit;
      else if (bytes[i] === decimal && point < 0) point = i;
      else break;
    }
    this.next = start;
    if (i - first - (point < 0 ? 0 : 1) === 0) return NaN;
    let exponent = point < 0 ? 0 : point + 1 - i;
    if ((bytes[i] | 32) === 101) {
      let at = i + 1;
      const below = bytes[at] === 45;
      if (below || bytes[at] === 43) at++;
      const digits = at;
      let power = 0;
      for (; bytes[at] >= 48 && bytes[at] <= 57; at++) power = power * 10 + (bytes[at] - 48);
      if (at > digits) {
        exponent += below ? -power : power;
        i = at;
      }
    }
    this.next = i;
    // A whole number below 2^53 and a power of ten up to 10^22 are exact, so one operation rounds once.
    if (mantissa <= Number.MAX_SAFE_INTEGER && exponent >= -22 && exponent <= 22) {
      const value = exponent < 0 ? mantissa / tens[-exponent] : mantissa * tens[exponent];
      return negative ? -value : value;
    }
    let text = '';
    for (let at = start; at < i; at++) text += at === point ? '.' : String.fromCharCode(bytes[at]);
    return Number(text);
  }
}
