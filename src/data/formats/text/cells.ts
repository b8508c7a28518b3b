/** Texts of cells: which are numbers, which are times, which stand for nothing. */

const numeral = /^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i;
const nothing = /^(|nan|na|n\/a|null|none|nil|\?|-|--|#n\/a|nat|missing)$/i;

/** Whether it is a number, with a decimal point or comma. */
export function isNumeral(text: string): boolean {
  return numeral.test(text);
}

/** Whether it says that there is no value. */
export function isMissing(text: string): boolean {
  return nothing.test(text);
}

/** What stands for no class among classes: they may well be called none. */
export function isMissingText(text: string): boolean {
  return text === '' || text === '?' || text.toLowerCase() === 'nan';
}

const date =
  /^(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?)?$/i;
const clock = /^(\d\d?):(\d\d):(\d\d)(?:[.,](\d+))?$/;

/**
 * The seconds that a date and time stand for, since 1970; those of a time alone since midnight. ISO 8601, also with a space
 * in place of the T, slashes in place of hyphens, a comma in place of the point; without an offset taken as UTC.
 *
 * @returns NaN where the text is no time
 */
export function parseTime(text: string): number {
  const parts = date.exec(text);
  if (parts) {
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = ''] = parts;
    if (Number(month) > 12 || Number(day) > 31 || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) {
      return NaN;
    }
    const whole = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second) / 1000;
    return whole - offsetSeconds(zone) + fractionOf(fraction);
  }
  const time = clock.exec(text);
  if (!time) return NaN;
  const [, hour, minute, second, fraction = ''] = time;
  if (Number(minute) > 59 || Number(second) > 60) return NaN;
  return 3600 * Number(hour) + 60 * Number(minute) + Number(second) + fractionOf(fraction);
}

function fractionOf(digits: string): number {
  return digits === '' ? 0 : Number(`0.${digits}`);
}

function offsetSeconds(zone: string): number {
  const parts = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (!parts) return 0;
  const seconds = 3600 * Number(parts[2]) + 60 * Number(parts[3] ?? 0);
  return parts[1] === '-' ? -seconds : seconds;
}

/** The cells of a line, without quotes and the white space around them. A space as delimiter stands for any white space. */
export function splitCells(line: string, delimiter: string): string[] {
  if (!line.includes('"')) {
    if (delimiter === ' ') return line.trim().split(/\s+/);
    return line.split(delimiter).map((cell) => cell.trim());
  }
  const cells: string[] = [];
  const isDelimiter = (c: string) => c === delimiter || (delimiter === ' ' && c === '\t');
  let cell = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (line[i + 1] === '"') cell += line[++i];
      else quoted = false;
    } else if (c === '"' && cell.trim() === '') {
      quoted = true;
      cell = '';
    } else if (isDelimiter(c)) {
      if (delimiter !== ' ' || cell !== '') cells.push(cell.trim());
      cell = '';
    } else {
      cell += c;
    }
  }
  if (delimiter !== ' ' || cell.trim() !== '') cells.push(cell.trim());
  return cells;
}
