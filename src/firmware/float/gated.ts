import { resetOf } from '../../network/index.js';
import type { FloatGateMatrices, FloatLayout } from './layout.js';
import { pointers, row } from './rows.js';

/**
 * `PREFIX_step` of a cell whose gates have matrices of their own: UGRNN, GRU and LSTM. Gate after gate goes into an array of its own,
 * while h stays as it was, then h follows from them.
 *
 * @param input the statements that make `a` of `x`
 */
export function gatedStep(layout: FloatLayout, input: string): string {
  const { architecture, prefix, upper, gates } = layout;
  const { inputSize, wRank, uRank, output, cell } = architecture;
  const before = cell === 'GRU' && resetOf(architecture) === 'before';
  const matrices = gates.flatMap(({ w2, w1, u2, u1 }) => [w2, w1, u2, u1]);
  const scratch = [wRank > 0 ? `wx[${wRank}]` : '', uRank > 0 ? `uh[${uRank}]` : ''].filter((text) => text !== '');
  return `void ${prefix}_step(${prefix}_state *s, const float *x)
{
${matrices.map((m) => pointers(prefix, m)).join('')}  float a[${inputSize}];${scratch.length > 0 ? `\n  float ${scratch.join(', ')};` : ''}
  float ${gates.map(({ name }) => `${name}[${upper}_HIDDEN]`).join(', ')};
  uint_fast16_t i, j;

${input}
${gates.map((gate) => gateCode(layout, gate, before)).join('\n')}
  for (j = 0; j < ${upper}_HIDDEN; j++) {
${stateCode(layout)}${output === 'mean' ? '\n    s->sum[j] += s->h[j];' : ''}
  }
${output === 'mean' ? '  s->count++;\n' : ''}}
`;
}

/** One gate of all units: its nonlinearity of W x + U h + b. Of a GRU's candidate r has its part. */
function gateCode(layout: FloatLayout, { name, w2, w1, u2, u1 }: FloatGateMatrices, before: boolean): string {
  const { prefix, upper, architecture } = layout;
  const { cell, wRank, uRank } = architecture;
  const candidate = name === 'update';
  const h = candidate && before ? 'reset' : 's->h'; // by then r h
  const bias = (of: string) => `${upper}_READ(&${prefix}_bias_${of}[j])`;
  const made = (p: string) => `${prefix}_${candidate ? 'update' : 'gate'}(${p})`;
  const [x, u] = [w2 ? 'wx' : 'a', u2 ? 'uh' : h];
  const lines = [
    ...(w2 ? [`  for (i = 0; i < ${wRank}; i++) wx[i] = ${row(prefix, w2, 'a', '0.0f')};`] : []),
    ...(u2 ? [`  for (i = 0; i < ${uRank}; i++) uh[i] = ${row(prefix, u2, h, '0.0f')};`] : []),
    `  for (j = 0; j < ${upper}_HIDDEN; j++) {`,
    `    float p = ${row(prefix, w1, x, '0.0f')};`,
    ...(candidate && cell === 'GRU' && !before
      ? [
          `    float m = ${row(prefix, u1, u, '0.0f')} + ${bias('recurrent')};`,
          `    ${name}[j] = ${made(`p + ${bias(name)} + reset[j] * m`)};`,
        ]
      : [
          `    p = ${row(prefix, u1, u, 'p')};`,
          `    ${name}[j] = ${made(`p + ${bias(name)}`)}${before && name === 'reset' ? ' * s->h[j]' : ''};`,
        ]),
    '  }',
  ];
  return lines.join('\n');
}

function stateCode({ architecture: { cell }, prefix }: FloatLayout): string {
  if (cell !== 'LSTM') return '    s->h[j] = (1.0f - gate[j]) * update[j] + gate[j] * s->h[j];';
  return `    s->c[j] = forget[j] * s->c[j] + input[j] * update[j];
    s->h[j] = output[j] * ${prefix}_update(s->c[j]);`;
}
