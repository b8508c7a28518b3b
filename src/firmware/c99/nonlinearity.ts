import type { IntegerNetwork } from '../../integer/index.js';
import type { CLayout } from './layout.js';

type Nonlinearity = IntegerNetwork['gate'];

/** The functions gate (equation 5) and update (equation 6), with the table's interpolation where they read it. */
export function nonlinearityFunctions(layout: CLayout): string {
  const { network, prefix, gated } = layout;
  const parts = layout.table ? [interpolation(layout)] : [];
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
  const y = (magnitude: string) => `${prefix}_table((uint16_t)${magnitude})`;
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
      return `p < 0 ? -${y('(2u * (uint16_t)-p)')} : ${y('(2u * (uint16_t)p)')}`;
    case 'sigmoid':
      return `(p < 0 ? 16385 - ${y('-p')} : 16385 + ${y('p')}) >> 1`;
  }
}

/** One function for both kinds: Y(m, 9), which tanh takes, is Y(2 m, 10), rounding included. */
function interpolation({ prefix, upper }: CLayout): string {
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
