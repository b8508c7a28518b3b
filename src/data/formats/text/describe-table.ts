import type { ColumnFacts } from '../format.js';
import { spacingOf } from '../time.js';
import type { Column, Table } from './table.js';

const mostDistinct = 64;

/** What each column of a table holds. */
export function describeColumns(table: Table): ColumnFacts[] {
  return table.columns.map((column) => describeColumn(column, table.rows));
}

function describeColumn({ name, data }: Column, rows: number): ColumnFacts {
  if (data.kind === 'text') {
    const { codes, texts } = data;
    let missing = 0;
    let changes = 0;
    for (let row = 0; row < rows; row++) {
      if (codes[row] < 0) missing++;
      if (row > 0 && codes[row] !== codes[row - 1]) changes++;
    }
    const few = texts.length <= mostDistinct;
    const counts = new Array<number>(texts.length).fill(0);
    for (let row = 0; row < rows; row++) if (codes[row] >= 0) counts[codes[row]]++;
    const distinct = few ? { distinct: texts, counts } : {};
    return { name, kind: 'text', missing, ...distinct, changes, ascending: false, whole: false };
  }
  const { numbers } = data;
  const seen = new Map<number, number>();
  let [missing, changes, ascending, whole, min, max, last] = [0, 0, true, true, Infinity, -Infinity, NaN];
  for (let row = 0; row < rows; row++) {
    const value = numbers[row];
    if (Number.isNaN(value)) {
      missing++;
      continue;
    }
    if (value !== last && row > 0) changes++;
    if (value < last) ascending = false;
    if (value < min) min = value;
    if (value > max) max = value;
    if (whole && !Number.isInteger(value)) whole = false;
    if (seen.size <= mostDistinct && whole) seen.set(value, (seen.get(value) ?? 0) + 1);
    last = value;
  }
  if (missing === rows) return { name, kind: 'empty', missing, changes: 0, ascending: false, whole: false };
  const few = seen.size <= mostDistinct && whole;
  const distinct = few ? { distinct: [...seen.keys()].map(String), counts: [...seen.values()] } : {};
  const spacing = missing === 0 && ascending && max > min ? spacingOf(numbers) : undefined;
  return { name, kind: data.kind, missing, ...distinct, changes, ascending, spacing, whole, min, max };
}
