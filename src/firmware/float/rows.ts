import type { FloatLayout, FloatMatrix } from './layout.js';

/** The helpers that take a row of a matrix. */
export function rowFunctions({ prefix, upper, layers }: FloatLayout): string {
  const gates = layers.flatMap((layer) => layer.gates);
  const sparse = gates.some(({ w2, w1, u2, u1 }) => [w2, w1, u2, u1].some((m) => m?.sparse));
  const dense = `/* sum + the products of a dense row with v; *w moves on behind the row */
static float ${prefix}_dense(const float **w, const float *v, uint_fast16_t columns, float sum)
{
  const float *at = *w;
  for (; columns >= 4; columns = (uint_fast16_t)(columns - 4u), at += 4, v += 4) {
    sum += ${upper}_READ(at) * v[0];
    sum += ${upper}_READ(at + 1) * v[1];
    sum += ${upper}_READ(at + 2) * v[2];
    sum += ${upper}_READ(at + 3) * v[3];
  }
  for (; columns > 0; columns--, at++, v++) sum += ${upper}_READ(at) * *v;
  *w = at;
  return sum;
}
`;
  if (!sparse) return dense;
  return `${dense}
/* The same of a row without its zeros */
static float ${prefix}_sparse(const float **w, const ${prefix}_column **columns, const float *v, float sum)
{
  const float *at = *w;
  const ${prefix}_column *column = *columns;
  uint_fast16_t n = ${upper}_COLUMN(column);
  for (column++; n > 0; n--, at++, column++) sum += ${upper}_READ(at) * v[${upper}_COLUMN(column)];
  *w = at;
  *columns = column;
  return sum;
}
`;
}

/** The next row of a matrix times a vector, added to `sum`. */
export function row(prefix: string, { name, columns, sparse }: FloatMatrix, v: string, sum: string): string {
  return sparse
    ? `${prefix}_sparse(&${name}, &${name}_columns, ${v}, ${sum})`
    : `${prefix}_dense(&${name}, ${v}, ${columns}, ${sum})`;
}

/**
 * Local pointers into a matrix's tables, which its rows move on.
 *
 * @param own what the tables' names begin with
 */
export function pointers(prefix: string, own: string, matrix: FloatMatrix | undefined): string {
  if (!matrix) return '';
  const { name, sparse } = matrix;
  const columns = sparse ? `\n  const ${prefix}_column *${name}_columns = ${own}_${name}_columns;` : '';
  return `  const float *${name} = ${own}_${name};${columns}\n`;
}
