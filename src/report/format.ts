/** A space that doesn't break, between a number and its unit. */
const space = '\u00a0';

/** Stands where nothing was measured. */
export const absent = '–';

/** A figure as it may come out of JSON, where what isn't a number is null. */
export type Figure = number | null | undefined;

function measured(value: Figure): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Groups of three digits before the point. */
function grouped(digits: string): string {
  const [whole, fraction] = digits.split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

/** A whole number: 12,345. */
export function count(value: Figure): string {
  return measured(value) ? grouped(value.toFixed(Number.isInteger(value) ? 0 : 1)) : absent;
}

/** A whole number of things: 1 byte, 2 bytes. */
export function counted(value: Figure, one: string, many = `${one}s`): string {
  return `${count(value)}${space}${value === 1 ? one : many}`;
}

/** Bytes in KB of 1024: 3.91 KB. */
export function kilobytes(bytes: Figure): string {
  return measured(bytes) ? `${grouped((bytes / 1024).toFixed(2))}${space}KB` : absent;
}

/** A fraction in per cent. What is less than all is never rounded to all, nor what is more than nothing to nothing. */
export function percent(fraction: Figure, decimals = 2): string {
  if (!measured(fraction)) return absent;
  const digits = (100 * fraction).toFixed(decimals);
  const least = (1 / 10 ** decimals).toFixed(decimals);
  if (fraction < 1 && Number(digits) === 100) return `>${space}${(100 - Number(least)).toFixed(decimals)}${space}%`;
  if (fraction > 0 && Number(digits) === 0) return `<${space}${least}${space}%`;
  return `${digits}${space}%`;
}

/** A difference of two fractions in points of a per cent, with its sign. */
export function points(difference: Figure): string {
  return measured(difference) ? `${signedPoints(difference)}${space}points` : absent;
}

/** The same without its unit, for columns that name it. */
export function signedPoints(difference: number): string {
  const digits = Math.abs(100 * difference).toFixed(2);
  const sign = Number(digits) === 0 ? '±' : difference < 0 ? '−' : '+';
  return `${sign}${digits}`;
}

/** Three or more significant digits, no exponent where a reader can do without: 0.0123, 1.23, 12,345. */
export function significant(value: Figure, digits = 3): string {
  if (!measured(value)) return absent;
  if (value === 0) return '0';
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size < 1e-4 || size >= 1e9) {
    const [mantissa, exponent] = size.toExponential(digits - 1).split('e');
    return `${sign}${mantissa}${space}×${space}${powerOfTen(Number(exponent))}`;
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return sign + grouped(size.toFixed(Math.min(decimals, 20)));
}

/** 10⁻⁷ */
export function powerOfTen(exponent: number): string {
  return `10${[...String(exponent)].map((sign) => (sign === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)])).join('')}`;
}

/** The shortest decimal form: for settings, which are not measurements. */
export function exact(value: Figure): string {
  if (!measured(value)) return absent;
  return String(value).replace('-', '−');
}

/** A duration of work: 4.2 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: Figure): string {
  if (!measured(seconds)) return absent;
  if (seconds < 59.95) return `${seconds.toFixed(1)}${space}s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}${space}min ${whole % 60}${space}s`;
  const minutes = Math.round(whole / 60);
  return `${count(Math.floor(minutes / 60))}${space}h ${minutes % 60}${space}min`;
}
