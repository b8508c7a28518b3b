import type { CellWeight } from '../../integer/index.js';
import { gatedStep, type StepFrame } from './gated.js';
import type { FloatLayer, FloatLayout } from './layout.js';
import { nonlinearityFunctions } from './nonlinearity.js';
import { pointers, row, rowFunctions } from './rows.js';
import { floatConstant, tables } from './tables.js';

/** `PREFIX.c`: tables, helpers, and the four functions of the interface. */
export function sourceFile(layout: FloatLayout): string {
  const { prefix } = layout;
  return `/* See ${prefix}.h. The numbers of equations are those of the paper (FastGRNN, NeurIPS 2018). */
#include "${prefix}.h"

${tables(layout)}
${rowFunctions(layout)}
${nonlinearityFunctions(layout)}
${resetFunction(layout)}
${layout.layers.map((layer) => stepFunction(layout, layer)).join('\n')}${layout.layers.length > 1 ? `\n${stepOfLayers(layout)}` : ''}
${headFunctions(layout)}`;
}

function resetFunction({ architecture, prefix, upper, layers }: FloatLayout): string {
  const mean = architecture.output === 'mean';
  const together = layers.length === 1;
  const sums = `  for (j = 0; j < ${architecture.hiddenSize}; j++) s->sum[j] = 0.0f;\n`;
  return `void ${prefix}_reset(${prefix}_state *s)
{
  uint_fast16_t j;
  for (j = 0; j < ${upper}_HIDDEN; j++) {
    s->h[j] = 0.0f;${architecture.cell === 'LSTM' ? '\n    s->c[j] = 0.0f;' : ''}${mean && together ? '\n    s->sum[j] = 0.0f;' : ''}
  }
${mean && !together ? sums : ''}${mean ? '  s->count = 0;\n' : ''}}
`;
}

/** Where a layer's part of the state begins. */
function stateFrom(name: string, { at }: FloatLayer): string {
  return `s->${name}${at > 0 ? ` + ${at}` : ''}`;
}

/** `PREFIX_step` of a stack: each layer reads the new state of the one below. */
function stepOfLayers({ prefix, layers }: FloatLayout): string {
  const calls = layers.map(({ own }, i) => `  ${own}_step(s, ${i === 0 ? 'x' : stateFrom('h', layers[i - 1])});\n`);
  return `void ${prefix}_step(${prefix}_state *s, const float *x)\n{\n${calls.join('')}}\n`;
}

/** How a unit's state follows from p, its weighted inputs, in a cell whose gates share W and U. */
function unit(
  { architecture, prefix, upper, weightNames }: FloatLayout,
  { own, scale, offset }: FloatLayer,
  h: string,
): string {
  const weight = (name: string, value: CellWeight): string =>
    typeof value === 'number' ? floatConstant(value) : `${upper}_READ(&${own}_${name}[j])`;
  const [first, second] = [weight(weightNames[0], scale), weight(weightNames[1], offset)];
  const bias = (name: string): string => `${upper}_READ(&${own}_bias_${name}[j])`;
  const candidate = `${prefix}_update(p + ${bias('update')})`;
  if (architecture.cell === 'RNN') return `    ${h}[j] = ${candidate}; /* Equation 1 */`;
  return architecture.cell === 'FastGRNN'
    ? `    /* Equation 6; zeta and nu are sigmoids of what was trained */
    z = ${prefix}_gate(p + ${bias('gate')});
    c = ${candidate};
    ${h}[j] = (${first} * (1.0f - z) + ${second}) * c + z * ${h}[j];`
    : `    /* ${architecture.cell === 'FastRNN' ? 'Equation 2, with alpha and beta' : 'Appendix G, with alpha and beta of each unit'} */
    c = ${candidate};
    ${h}[j] = ${first} * c + ${second} * ${h}[j];`;
}

/** A layer's step: of a network of one layer `PREFIX_step` itself. */
function stepFunction(layout: FloatLayout, layer: FloatLayer): string {
  const frame = stepFrame(layout, layer);
  return layer.gates.length > 1 ? gatedStep(layout, layer, frame) : sharedStep(layout, layer, frame);
}

/** What the steps of all cells have around their equations. */
function stepFrame(layout: FloatLayout, layer: FloatLayer): StepFrame {
  const { architecture, prefix, layers } = layout;
  const { own, at, inputSize, units } = layer;
  const alone = layers.length === 1;
  const mean = architecture.output === 'mean' && layer === layers[layers.length - 1];
  const names = architecture.cell === 'LSTM' ? ['h', 'c'] : ['h'];
  const states = alone ? '' : names.map((name) => `  float *${name} = ${stateFrom(name, layer)};\n`).join('');
  const h = alone ? 's->h' : 'h';
  return {
    begin: `${alone ? '' : 'static '}void ${own}_step(${prefix}_state *s, const float *x)\n{\n${states}`,
    ...(at === 0
      ? { a: 'a', declaration: `  float a[${inputSize}];\n`, input: `${inputCode(layout)}\n` }
      : { a: 'x', declaration: '', input: '' }),
    h,
    c: alone ? 's->c' : 'c',
    pool: mean ? `\n    s->sum[j] += ${h}[j];` : '',
    end: mean ? '  s->count++;\n' : '',
    units,
  };
}

function sharedStep(layout: FloatLayout, layer: FloatLayer, frame: StepFrame): string {
  const { architecture, prefix, gated } = layout;
  const { wRank, uRank } = architecture;
  const { a, h, units } = frame;
  const [{ w2, w1, u2, u1 }] = layer.gates;
  const projectW = w2 ? `  for (i = 0; i < ${wRank}; i++) wx[i] = ${row(prefix, w2, a, '0.0f')};\n` : '';
  const projectU = u2
    ? `  for (i = 0; i < ${uRank}; i++) uh[i] = ${row(prefix, u2, h, '0.0f')};`
    : `  for (i = 0; i < ${units}; i++) uh[i] = ${h}[i]; /* as h changes below */`;
  return `${frame.begin}${[w2, w1, u2, u1].map((m) => pointers(prefix, layer.own, m)).join('')}${frame.declaration}${w2 ? `  float wx[${wRank}];\n` : ''}  float uh[${u2 ? uRank : units}];
  uint_fast16_t i, j;

${frame.input}${projectW}${projectU}
  for (j = 0; j < ${units}; j++) {
    float p${architecture.cell === 'RNN' ? '' : ', c'}${gated ? ', z' : ''};
    p = ${row(prefix, w1, w2 ? 'wx' : a, '0.0f')};
    p = ${row(prefix, u1, 'uh', 'p')};
${unit(layout, layer, h)}${frame.pool}
  }
${frame.end}}
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

function headFunctions({ architecture, prefix, upper, layers, classifier }: FloatLayout): string {
  const mean = architecture.output === 'mean';
  const last = layers[layers.length - 1];
  const { units } = last;
  const state = mean ? 'm' : stateFrom('h', last);
  const start = `${pointers(prefix, prefix, classifier)}${mean ? `  float m[${units}];\n` : ''}`;
  const taken = mean
    ? `  for (l = 0; l < ${units}; l++) m[l] = s->count > 0 ? s->sum[l] / (float)s->count : 0.0f;\n`
    : '';
  const logit = `${prefix}_dense(&classifier, ${state}, ${units}, ${upper}_READ(&${prefix}_classifier_bias[l]))`;
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
