import { type IntegerMatrix } from '../../integer/index.js';
import { encodeRow } from '../rows.js';
import type { CLayout, CMatrix } from './layout.js';
import { streamRow } from './row-stream.js';

/** The constant tables that every processor reads, each with what it is. */
export function commonTables(layout: CLayout): string {
  return joined([
    layout.embedding && embeddingTable(layout, layout.embedding),
    layout.tables.length > 0 ? tanhTables(layout) : undefined,
  ]);
}

/** What nonlinearities interpolate in, one table behind the other. */
function tanhTables(layout: CLayout): string {
  const steps = layout.tables.map((table) => (table.length - 1) / 4);
  const what = steps.map((step) => `tanh(k / ${step})`).join(', then ');
  return numbers(
    layout,
    layout.prefix,
    'int16_t',
    'tanh',
    `${what} in Q14`,
    layout.tables.flatMap((table) => [...table]),
  );
}

/** Those of the head in C. */
export function headTables(layout: CLayout): string {
  return joined([
    matrixTable(layout, layout.classifier),
    numbers(
      layout,
      layout.prefix,
      'int32_t',
      'classifier_bias',
      'in units of the logits',
      layout.network.classifierBias,
    ),
  ]);
}

/** Those that a step in C reads besides. */
export function stepTables(layout: CLayout): string {
  return joined([
    ...(layout.network.centre.length > 0 ? affineTables(layout) : []),
    rowStream(layout),
    biasTable(layout),
  ]);
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('\n');
}

function affineTables(layout: CLayout): string[] {
  const { centre, multiplier, inputShift } = layout.network;
  return [
    numbers(layout, layout.own, 'int16_t', 'centre', 'what is subtracted from each input ...', centre),
    numbers(
      layout,
      layout.own,
      'int16_t',
      'multiplier',
      `... and what the rest is multiplied by, times 2^-${inputShift}`,
      multiplier,
    ),
  ];
}

/** A line of the table a token. */
function embeddingTable({ prefix, upper }: CLayout, { rows, columns, values, fractionBits }: IntegerMatrix): string {
  const lines = Array.from({ length: rows }, (_, row) =>
    wrap(Array.from(values.subarray(row * columns, (row + 1) * columns)).join(', ')),
  );
  return `/* embedding, ${rows} x ${columns} in units of 2^-${fractionBits} */\nstatic const int8_t ${prefix}_embedding[] ${upper}_TABLE = {\n${lines.join(',\n')}\n};\n`;
}

/** A table of numbers with what it is. */
export function numbers(
  { upper }: CLayout,
  prefix: string,
  type: string,
  name: string,
  what: string,
  values: ArrayLike<number>,
): string {
  const body = wrap(Array.from(values, String).join(', '));
  return `/* ${what} */\nstatic const ${type} ${prefix}_${name}[] ${upper}_TABLE = {\n${body}\n};\n`;
}

/** What a table's comment says of how its rows are stored. */
const formText: Readonly<Record<CMatrix['form'], string>> = {
  dense: '',
  sparse: ', sparse rows',
  dense4: ', two a byte',
  bitmap: ', a bitmap of 8 columns before the weights that it tells of',
  bitmap4: ', a bitmap of 8 columns before the weights that it tells of, two of them a byte',
  delta: ', of each row the count, then two gaps a byte before two weights',
  delta4: ', of each row the count, then a weight and a gap a byte',
};

/** A line of the table a row of the matrix. */
function matrixTable({ prefix, upper }: CLayout, { name, matrix, form }: CMatrix): string {
  const { rows, columns, fractionBits } = matrix;
  const dense = form === 'dense';
  const lines = Array.from({ length: rows }, (_, row) => {
    const bytes = encodeRow(matrix, row, form);
    return wrap((dense ? bytes.map((byte) => (byte << 24) >> 24) : bytes).join(', '));
  });
  const what = `${name}, ${rows} x ${columns} in units of 2^-${fractionBits}${formText[form]}`;
  return `/* ${what} */\nstatic const ${dense ? 'int8_t' : 'uint8_t'} ${prefix}_${name}[] ${upper}_TABLE = {\n${lines.join(',\n')}\n};\n`;
}

/** The rows of all matrices in the order of a step. */
function rowStream(layout: CLayout): string {
  const { own, network, w2, u2, w1, u1 } = layout;
  const matrix = (m: CMatrix): string[] => [
    `  /* ${m.name}, ${m.matrix.rows} x ${m.matrix.columns} in units of 2^-${m.matrix.fractionBits} */`,
    ...Array.from({ length: m.matrix.rows }, (_, row) => `${wrap(streamRow(layout, m, row))},`),
  ];
  const units = Array.from({ length: network.hiddenSize }, (_, j) =>
    [w1, u1].map((m) => `${wrap(streamRow(layout, m, j))},`),
  );
  const lines = [
    ...(w2 ? matrix(w2) : []),
    ...(u2 ? matrix(u2) : []),
    `  /* for each unit its row of ${w1.name} and its row of ${u1.name}, in units of 2^-${w1.matrix.fractionBits} and 2^-${u1.matrix.fractionBits} */`,
    ...units.flat(),
    '  0',
  ];
  return `/* The rows that a step reads, in its order; of sparse ones a count, then pairs of an operand's place and a weight. 0 ends them. */
static const uint8_t ${own}_rows[] = {\n${lines.join('\n')}\n};\n`;
}

/** For each unit the bias of the update and, in a FastGRNN, of the gate. */
function biasTable(layout: CLayout): string {
  const { network, gated } = layout;
  const values = Array.from(network.biasUpdate).flatMap((bias, j) => (gated ? [bias, network.biasGate[j]] : [bias]));
  return numbers(
    layout,
    layout.own,
    'int16_t',
    'biases',
    `Q12, of each unit's update${gated ? ' and gate' : ''}`,
    values,
  );
}

/** Breaks a list behind commas, at 110 columns. */
function wrap(list: string): string {
  return list.replaceAll(/(.{1,108}(?:,|$)) ?/g, '  $1\n').trimEnd();
}
