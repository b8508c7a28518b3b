import type { Nonlinearity } from '../../kernels/index.js';
import { tanhLines } from '../../network/index.js';
import type { FloatLayout } from './layout.js';
import { numbers } from './tables.js';

/** Far more than the rounding errors of the sigmoid and tanh below. */
export const smoothError = 2 ** -21;

const clip = (prefix: string, low: string): string => `/* p within [${low}, 1] */
static float ${prefix}_clip_${low === '0' ? 'positive' : 'signed'}(float p)
{
  return p < ${low}.0f ? ${low}.0f : p > 1.0f ? 1.0f : p;
}
`;

/** e^-p of a p >= 0 by a power of two and eight terms of its series; needs no library. */
const decay = (prefix: string): string => `/* e^-p of p >= 0 */
static float ${prefix}_decay(float p)
{
  union { uint32_t bits; float value; } power;
  uint32_t n;
  float r;
  if (!(p < 87.0f)) return 0.0f;
  n = (uint32_t)(p * 1.44269504f + 0.5f);
  r = (float)n * 0.693359375f - p; /* ln 2 in two parts, the first of few bits */
  r -= (float)n * 2.12194440e-4f;
  power.bits = (127u - n) << 23; /* 2^-n */
  return power.value * (1.0f + r * (1.0f + r * (0.5f + r * (1.66666667e-1f + r * (4.16666667e-2f +
         r * (8.33333333e-3f + r * (1.38888889e-3f + r * 1.98412698e-4f)))))));
}
`;

/** `tanh8` by its knots, every half from 0 to 4. */
function eightLines(layout: FloatLayout): string {
  const { prefix, upper } = layout;
  const knots = tanhLines.map(({ intercept, slope }, k) => intercept + (slope * k) / 2);
  return `${numbers(layout, layout.prefix, 'tanh8_knots', knots)}
/* Straight lines between them, flat beyond */
static float ${prefix}_tanh8(float p)
{
  float m = p < 0.0f ? -2.0f * p : 2.0f * p, y = ${upper}_READ(&${prefix}_tanh8_knots[8]);
  if (m < 8.0f) {
    uint_fast8_t k = (uint_fast8_t)m;
    y = ${upper}_READ(&${prefix}_tanh8_knots[k]);
    y += (m - (float)k) * (${upper}_READ(&${prefix}_tanh8_knots[k + 1]) - y);
  }
  return p < 0.0f ? -y : y;
}
`;
}

function expression(kind: Nonlinearity, prefix: string): string {
  switch (kind) {
    case 'tanh':
      return `${prefix}_tanh(p)`;
    case 'sigmoid':
      return `${prefix}_sigmoid(p)`;
    case 'relu':
      return 'p > 0.0f ? p : 0.0f';
    case 'tanh8':
      return `${prefix}_tanh8(p)`;
    case 'sigmoid8':
      return `0.5f * ${prefix}_tanh8(0.5f * p) + 0.5f`;
    case 'hardTanh':
      return `${prefix}_clip_signed(p)`;
    case 'hardSigmoid':
      return `${prefix}_clip_positive(0.5f * p + 0.5f)`;
    case 'hardSigmoid4':
      return `${prefix}_clip_positive(0.25f * p + 0.5f)`;
  }
}

/** `PREFIX_gate` and `PREFIX_update`, with what they call. */
export function nonlinearityFunctions(layout: FloatLayout): string {
  const { architecture, prefix, gated } = layout;
  const { gate, update } = architecture;
  const used = new Set<Nonlinearity>([update, ...(gated ? [gate] : [])]);
  const has = (...kinds: Nonlinearity[]): boolean => kinds.some((kind) => used.has(kind));
  const smooth = (name: string, body: string): string =>
    `static float ${prefix}_${name}(float p)\n{\n  float e = ${prefix}_decay(${name === 'tanh' ? '2.0f * ' : ''}(p < 0.0f ? -p : p));\n  ${body}\n}\n`;
  return [
    ...(has('hardSigmoid', 'hardSigmoid4') ? [clip(prefix, '0')] : []),
    ...(has('hardTanh') ? [clip(prefix, '-1')] : []),
    ...(has('tanh8', 'sigmoid8') ? [eightLines(layout)] : []),
    ...(has('tanh', 'sigmoid') ? [decay(prefix)] : []),
    ...(has('sigmoid') ? [smooth('sigmoid', 'return (p < 0.0f ? e : 1.0f) / (1.0f + e);')] : []),
    ...(has('tanh') ? [smooth('tanh', 'return (p < 0.0f ? e - 1.0f : 1.0f - e) / (1.0f + e);')] : []),
    ...(gated
      ? [`/* ${gate} */\nstatic float ${prefix}_gate(float p)\n{\n  return ${expression(gate, prefix)};\n}\n`]
      : []),
    `/* ${update} */\nstatic float ${prefix}_update(float p)\n{\n  return ${expression(update, prefix)};\n}\n`,
  ].join('\n');
}
