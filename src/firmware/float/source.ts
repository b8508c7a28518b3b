import { gatedStep } from './gated.js';
import type { FloatLayout, FloatWeight } from './layout.js';
import { nonlinearityFunctions } from './nonlinearity.js';
import { pointers, row, rowFunctions } from './rows.js';
import { floatConstant, tables } from './tables.js';

/** `PREFIX.c`: tables, helpers, and the four functions of the interface. */
export function sourceFile(layout: FloatLayout): string {
  const { prefix, architecture } = layout;
  return `/* See ${prefix}.h. The numbers of equations are those of the paper (FastGRNN, NeurIPS 2018). */
#include "${prefix}.h"

${tables(layout)}
${rowFunctions(layout)}
${nonlinearityFunctions(layout)}
void ${prefix}_reset(${prefix}_state *s)
{
  uint_fast16_t j;
  for (j = 0; j < ${layout.upper}_HIDDEN; j++) {
    s->h[j] = 0.0f;${architecture.cell === 'LSTM' ? '\n    s->c[j] = 0.0f;' : ''}${architecture.output === 'mean' ? '\n    s->sum[j] = 0.0f;' : ''}
  }
${architecture.output === 'mean' ? '  s->count = 0;\n' : ''}}

${stepFunction(layout)}
${headFunctions(layout)}`;
}

/** How a unit's state follows from p, its weighted inputs, in a cell whose gates share W and U. */
function unit({ architecture, prefix, upper, scale, offset, weightNames }: FloatLayout): string {
  const weight = (name: string, value: FloatWeight): string =>
    typeof value === 'number' ? floatConstant(value) : `${upper}_READ(&${prefix}_${name}[j])`;
  const [first, second] = [weight(weightNames[0], scale), weight(weightNames[1], offset)];
  const bias = (name: string): string => `${upper}_READ(&${prefix}_bias_${name}[j])`;
  const candidate = `${prefix}_update(p + ${bias('update')})`;
  if (architecture.cell === 'RNN') return `    s->h[j] = ${candidate}; /* Equation 1 */`;
  return architecture.cell === 'FastGRNN'
    ? `    /* Equation 6; zeta and nu are sigmoids of what was trained */
    z = ${prefix}_gate(p + ${bias('gate')});
    c = ${candidate};
    s->h[j] = (${first} * (1.0f - z) + ${second}) * c + z * s->h[j];`
    : `    /* ${architecture.cell === 'FastRNN' ? 'Equation 2, with alpha and beta' : 'Appendix G, with alpha and beta of each unit'} */
    c = ${candidate};
    s->h[j] = ${first} * c + ${second} * s->h[j];`;
}

function stepFunction(layout: FloatLayout): string {
  const { architecture, prefix, upper, gates, gated } = layout;
  const { inputSize, wRank, uRank, output } = architecture;
  if (gates.length > 1) return gatedStep(layout, inputCode(layout));
  const [{ w2, w1, u2, u1 }] = gates;
  const projectW = w2 ? `  for (i = 0; i < ${wRank}; i++) wx[i] = ${row(prefix, w2, 'a', '0.0f')};\n` : '';
  const projectU = u2
    ? `  for (i = 0; i < ${uRank}; i++) uh[i] = ${row(prefix, u2, 's->h', '0.0f')};`
    : `  for (i = 0; i < ${upper}_HIDDEN; i++) uh[i] = s->h[i]; /* as h changes below */`;
  return `void ${prefix}_step(${prefix}_state *s, const float *x)
{
${[w2, w1, u2, u1].map((m) => pointers(prefix, m)).join('')}  float a[${inputSize}];${w2 ? `\n  float wx[${wRank}];` : ''}
  float uh[${u2 ? uRank : `${upper}_HIDDEN`}];
  uint_fast16_t i, j;

${inputCode(layout)}
${projectW}${projectU}
  for (j = 0; j < ${upper}_HIDDEN; j++) {
    float p${architecture.cell === 'RNN' ? '' : ', c'}${gated ? ', z' : ''};
    p = ${row(prefix, w1, w2 ? 'wx' : 'a', '0.0f')};
    p = ${row(prefix, u1, 'uh', 'p')};
${unit(layout)}${output === 'mean' ? '\n    s->sum[j] += s->h[j];' : ''}
  }
${output === 'mean' ? '  s->count++;\n' : ''}}
`;
}

/** `a`, the network's inputs, from `x`. */
function inputCode({ architecture: { inputSize }, prefix, upper, embedding, centre }: FloatLayout): string {
  const k = centre.length > 1 ? 'i' : '0';
  return embedding
    ? `  { /* the row of the token's embedding; a token outside the vocabulary counts as the nearest in it */
    float token = x[0] < 0.0f ? 0.0f : x[0] > ${embedding.rows - 1}.0f ? ${embedding.rows - 1}.0f : x[0];
    const float *from = &${prefix}_embedding[(uint_fast32_t)token * ${inputSize}u];
    for (i = 0; i < ${inputSize}; i++, from++) a[i] = ${upper}_READ(from);
  }`
    : `  for (i = 0; i < ${inputSize}; i++) a[i] = (x[i] - ${upper}_READ(&${prefix}_centre[${k}])) * ${upper}_READ(&${prefix}_scale[${k}]);`;
}

function headFunctions({ architecture, prefix, upper, classifier }: FloatLayout): string {
  const mean = architecture.output === 'mean';
  const state = mean ? 'm' : 's->h';
  const start = `${pointers(prefix, classifier)}${mean ? `  float m[${upper}_HIDDEN];\n` : ''}`;
  const taken = mean
    ? `  for (l = 0; l < ${upper}_HIDDEN; l++) m[l] = s->count > 0 ? s->sum[l] / (float)s->count : 0.0f;\n`
    : '';
  const logit = `${prefix}_dense(&classifier, ${state}, ${upper}_HIDDEN, ${upper}_READ(&${prefix}_classifier_bias[l]))`;
  return `void ${prefix}_logits(const ${prefix}_state *s, float *out)
{
${start}  uint_fast16_t l;
${taken}  for (l = 0; l < ${upper}_CLASSES; l++) out[l] = ${logit};
}

int ${prefix}_predict(const ${prefix}_state *s)
{
${start}  float best = 0.0f;
  int first = 0;
  uint_fast16_t l;
${taken}  for (l = 0; l < ${upper}_CLASSES; l++) {
    float score = ${logit};
    if (l == 0 || score > best) {
      best = score;
      first = (int)l;
    }
  }
  return first;
}
`;
}
