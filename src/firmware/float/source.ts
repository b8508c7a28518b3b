import type { FloatLayout, FloatMatrix } from './layout.js';
import { nonlinearityFunctions } from './nonlinearity.js';
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
    s->h[j] = 0.0f;${architecture.output === 'mean' ? '\n    s->sum[j] = 0.0f;' : ''}
  }
${architecture.output === 'mean' ? '  s->count = 0;\n' : ''}}

${stepFunction(layout)}
${headFunctions(layout)}`;
}

function rowFunctions({ prefix, upper, w2, w1, u2, u1 }: FloatLayout): string {
  const sparse = [w2, w1, u2, u1].some((m) => m?.sparse);
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
function row(prefix: string, { name, columns, sparse }: FloatMatrix, v: string, sum: string): string {
  return sparse
    ? `${prefix}_sparse(&${name}, &${name}_columns, ${v}, ${sum})`
    : `${prefix}_dense(&${name}, ${v}, ${columns}, ${sum})`;
}

function pointers(prefix: string, matrix: FloatMatrix | undefined): string {
  if (!matrix) return '';
  const { name, sparse } = matrix;
  const columns = sparse ? `\n  const ${prefix}_column *${name}_columns = ${prefix}_${name}_columns;` : '';
  return `  const float *${name} = ${prefix}_${name};${columns}\n`;
}

/** How a unit's state follows from p, its weighted inputs: what another cell brings for itself. */
function unit({ architecture, prefix, upper, scale, offset }: FloatLayout): string {
  const bias = (name: string): string => `${upper}_READ(&${prefix}_bias_${name}[j])`;
  const candidate = `${prefix}_update(p + ${bias('update')})`;
  if (architecture.cell === 'RNN') return `    s->h[j] = ${candidate}; /* Equation 1 */`;
  return architecture.cell === 'FastGRNN'
    ? `    /* Equation 6; zeta and nu are sigmoids of what was trained */
    z = ${prefix}_gate(p + ${bias('gate')});
    c = ${candidate};
    s->h[j] = (${floatConstant(scale)} * (1.0f - z) + ${floatConstant(offset)}) * c + z * s->h[j];`
    : `    /* Equation 2, with alpha and beta */
    c = ${candidate};
    s->h[j] = ${floatConstant(scale)} * c + ${floatConstant(offset)} * s->h[j];`;
}

function stepFunction(layout: FloatLayout): string {
  const { architecture, prefix, upper, w2, w1, u2, u1, gated, embedding, centre } = layout;
  const { inputSize, wRank, uRank, output } = architecture;
  const k = centre.length > 1 ? 'i' : '0';
  const input = embedding
    ? `  { /* the row of the token's embedding; a token outside the vocabulary counts as the nearest in it */
    float token = x[0] < 0.0f ? 0.0f : x[0] > ${embedding.rows - 1}.0f ? ${embedding.rows - 1}.0f : x[0];
    const float *from = &${prefix}_embedding[(uint_fast32_t)token * ${inputSize}u];
    for (i = 0; i < ${inputSize}; i++, from++) a[i] = ${upper}_READ(from);
  }`
    : `  for (i = 0; i < ${inputSize}; i++) a[i] = (x[i] - ${upper}_READ(&${prefix}_centre[${k}])) * ${upper}_READ(&${prefix}_scale[${k}]);`;
  const projectW = w2 ? `  for (i = 0; i < ${wRank}; i++) wx[i] = ${row(prefix, w2, 'a', '0.0f')};\n` : '';
  const projectU = u2
    ? `  for (i = 0; i < ${uRank}; i++) uh[i] = ${row(prefix, u2, 's->h', '0.0f')};`
    : `  for (i = 0; i < ${upper}_HIDDEN; i++) uh[i] = s->h[i]; /* as h changes below */`;
  return `void ${prefix}_step(${prefix}_state *s, const float *x)
{
${[w2, w1, u2, u1].map((m) => pointers(prefix, m)).join('')}  float a[${inputSize}];${w2 ? `\n  float wx[${wRank}];` : ''}
  float uh[${u2 ? uRank : `${upper}_HIDDEN`}];
  uint_fast16_t i, j;

${input}
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
