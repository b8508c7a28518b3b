import type { ColumnFacts } from '../format.js';
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
    const distinct = texts.length <= mostDistinct ? texts : undefined;
    return { name, kind: 'text', missing, distinct, changes, ascending: false, whole: false };
  }
  const { numbers } = data;
  const seen = new Set<number>();
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
    if (seen.size <= mostDistinct) seen.add(value);
    last = value;
  }
  if (missing === rows) return { name, kind: 'empty', missing, changes: 0, ascending: false, whole: false };
  const distinct = seen.size <= mostDistinct && whole ? [...seen].map(String) : undefined;
  return { name, kind: data.kind, missing, distinct, changes, ascending, whole, min, max };
}
