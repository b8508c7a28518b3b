import { framesOf } from '../../integer/index.js';
import type { LabelledRows } from '../rows.js';
import type { Table } from './logistic.js';

/** What each row is told by: mean and deviation of each channel over the sequence, or, at every step, that step's values alone. */
export function summaryTable(rows: LabelledRows): Table {
  return rows.output === 'every' ? stepTable(rows) : momentTable(rows);
}

/** [rows][2 channels]: means, then standard deviations, over a sequence's frames. */
function momentTable({ rows, from, sequences }: LabelledRows): Table {
  const { channels } = from;
  const columns = 2 * channels;
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const at = row * columns;
    const frames = framesOf(from, sequences[row]);
    const n = frames.length / channels;
    for (let c = 0; c < channels; c++) {
      let [sum, squares] = [0, 0]; // of whole numbers below 2^53: exact
      for (let i = c; i < frames.length; i += channels) {
        sum += frames[i];
        squares += frames[i] * frames[i];
      }
      values[at + c] = sum / n;
      values[at + channels + c] = Math.sqrt(Math.max(0, squares / n - (sum / n) * (sum / n)));
    }
  }
  return { rows, columns, values };
}

/** [rows][features]: what the network reads in the row's step. */
function stepTable({ rows, from, sequences, steps }: LabelledRows): Table {
  const { features: columns, starts, stepStride } = from;
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const start = starts[sequences[row]] + steps[row] * stepStride;
    for (let c = 0; c < columns; c++) values[row * columns + c] = from.values[start + c];
  }
  return { rows, columns, values };
}

/** [rows][tokens]: the share of each token in the sequence, or 1 for the step's own; tokens out of the vocabulary are passed over. */
export function tokenTable({ rows, from, sequences, steps, output }: LabelledRows, tokens: number): Table {
  const values = new Float64Array(rows * tokens);
  for (let row = 0; row < rows; row++) {
    const frames = framesOf(from, sequences[row]);
    const own = output === 'every' ? frames.subarray(steps[row], steps[row] + 1) : frames;
    for (const token of own) if (token >= 0 && token < tokens) values[row * tokens + token] += 1 / own.length;
  }
  return { rows, columns: tokens, values };
}

/** [rows][points * channels]: each sequence drawn to the same number of points by means over equal parts of it. */
export function shapeTable(rows: LabelledRows, points: number): Table {
  if (rows.output === 'every') return stepTable(rows);
  const { from, sequences } = rows;
  const { channels } = from;
  const columns = points * channels;
  const values = new Float64Array(rows.rows * columns);
  for (let row = 0; row < rows.rows; row++) {
    const frames = framesOf(from, sequences[row]);
    const n = frames.length / channels;
    for (let p = 0; p < points; p++) {
      const first = Math.min(n - 1, Math.floor((p * n) / points));
      const end = Math.max(first + 1, Math.floor(((p + 1) * n) / points));
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let f = first; f < end; f++) sum += frames[f * channels + c];
        values[row * columns + p * channels + c] = sum / (end - first);
      }
    }
  }
  return { rows: rows.rows, columns, values };
}

/** Shifts and scales every table so that each column of the first has mean 0 and deviation 1; a constant column becomes 0. */
export function standardise(first: Table, ...others: Table[]): Table[] {
  const { rows, columns, values } = first;
  const means = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) means[i % columns] += values[i] / rows;
  const squares = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) {
    const d = values[i] - means[i % columns];
    squares[i % columns] += d * d;
  }
  const scales = squares.map((sum) => (sum > 0 ? 1 / Math.sqrt(sum / rows) : 0));
  return [first, ...others].map((table) => ({
    ...table,
    values: table.values.map((value, i) => (value - means[i % columns]) * scales[i % columns]),
  }));
}
