import { tanh8Table, tanhTable, type IntegerNetwork } from '../../integer/index.js';
import type { CLayout } from './layout.js';

type Nonlinearity = IntegerNetwork['gate'];

/** The functions gate (equation 5) and update (equation 6), with the interpolation in the tables that they read. */
export function nonlinearityFunctions(layout: CLayout): string {
  const { network, prefix, gated } = layout;
  const parts = layout.tables.map((table) => interpolation(layout, table));
  if (gated) {
    parts.push(`/* Equation 5, ${network.gate}: p in Q12, the value in Q14 */
static inline int32_t ${prefix}_gate(int32_t p)
{
  return ${activation(network.gate, prefix)};
}
`);
  }
  parts.push(`/* Equation 6, ${network.update}: p in Q12, the value in Q12 */
static inline int32_t ${prefix}_update(int32_t p)
{
  return ${updateExpression(network.update, prefix)};
}
`);
  return parts.join('\n');
}

function updateExpression(kind: Nonlinearity, prefix: string): string {
  switch (kind) {
    case 'relu':
      return 'p > 32767 ? 32767 : p > 0 ? p : 0';
    case 'hardTanh': // rs(4 p, 2) = p
      return `${prefix}_clamp(p, 4096)`;
    default:
      return `((${activation(kind, prefix)}) + 2) >> 2`;
  }
}

/** S(p) as an expression; p of a smooth one fits 16 bits. */
function activation(kind: Nonlinearity, prefix: string): string {
  const y = (magnitude: string) => `${prefix}_table${kind.endsWith('8') ? '8' : ''}((uint16_t)${magnitude})`;
  switch (kind) {
    case 'hardTanh':
      return `4 * ${prefix}_clamp(p, 4096)`;
    case 'hardSigmoid':
      return `2 * ${prefix}_clamp(p, 4096) + 8192`;
    case 'hardSigmoid4':
      return `${prefix}_clamp(p, 8192) + 8192`;
    case 'relu':
      return 'p <= 0 ? 0 : p > 8191 ? 32767 : 4 * p';
    case 'tanh':
    case 'tanh8':
      return `p < 0 ? -${y('(2u * (uint16_t)-p)')} : ${y('(2u * (uint16_t)p)')}`;
    case 'sigmoid':
    case 'sigmoid8':
      return `(p < 0 ? 16385 - ${y('-p')} : 16385 + ${y('p')}) >> 1`;
  }
}

/** One function for both kinds that read a table: Y(m, 9), which tanh takes, is Y(2 m, 10), rounding included. */
function interpolation(layout: CLayout, table: Int16Array): string {
  return table === tanh8Table ? eightSegments(layout) : manySegments(layout);
}

/** Eight segments of 4096 steps: Y(m, 12), which is also Y(m / 2, 11). */
function eightSegments({ prefix, upper, tables }: CLayout): string {
  const first = tables.includes(tanhTable) ? tanhTable.length : 0; // where the table begins behind the other
  const at = first > 0 ? `${first} + k` : 'k';
  return `/* Y(m, 12): straight lines between the values of the table, 4096 steps a segment */
static int16_t ${prefix}_table8(uint16_t m)
{
  uint8_t k = (uint8_t)(m >> 12);
  uint16_t low, rise;
  if (k >= 8) return ${upper}_READ16(&${prefix}_tanh[${first + 8}]);
  low = (uint16_t)${upper}_READ16(&${prefix}_tanh[${at}]);
  rise = (uint16_t)((uint16_t)${upper}_READ16(&${prefix}_tanh[${at} + 1]) - low); /* at most 7571 */
  return (int16_t)(low + (uint16_t)(((uint32_t)rise * (m & 4095) + 2048) >> 12));
}
`;
}

function manySegments({ prefix, upper }: CLayout): string {
  return `/* Y(m, 10): straight lines between the values of the table, 1024 steps a segment */
static int16_t ${prefix}_table(uint16_t m)
{
  uint8_t k = (uint8_t)((uint8_t)(m >> 8) >> 2);
  uint16_t low, rise;
  if (k >= 32) return ${upper}_READ16(&${prefix}_tanh[32]);
  low = (uint16_t)${upper}_READ16(&${prefix}_tanh[k]);
  rise = (uint16_t)((uint16_t)${upper}_READ16(&${prefix}_tanh[k + 1]) - low); /* at most 2037 */
  return (int16_t)(low + ((uint16_t)(((uint32_t)rise * (m & 1023) + 512) >> 8) >> 2));
}
`;
}
