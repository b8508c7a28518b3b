import { resetOf } from '../../network/index.js';
import type { FloatGateMatrices, FloatLayer, FloatLayout } from './layout.js';
import { pointers, row } from './rows.js';

/** What stands around the equations of a layer's step, in C. */
export interface StepFrame {
  /** Its head, with pointers to the layer's state where there are others. */
  readonly begin: string;
  /** The inputs, the declaration of their array and the statements that make them, the lowest layer's of `x`. */
  readonly a: string;
  readonly declaration: string;
  readonly input: string;
  /** The state and the LSTM's memory. */
  readonly h: string;
  readonly c: string;
  readonly units: string;
  /** What adds unit j to the states' sums, and what counts them, where the head reads their mean. */
  readonly pool: string;
  readonly end: string;
}

/**
 * The step of a cell whose gates have matrices of their own: UGRNN, GRU and LSTM. Gate after gate goes into an array of its own, while h
 * stays as it was, then h follows from them.
 */
export function gatedStep(layout: FloatLayout, layer: FloatLayer, frame: StepFrame): string {
  const { architecture, prefix } = layout;
  const { wRank, uRank } = architecture;
  const { own, gates } = layer;
  const matrices = gates.flatMap(({ w2, w1, u2, u1 }) => [w2, w1, u2, u1]);
  const scratch = [wRank > 0 ? `wx[${wRank}]` : '', uRank > 0 ? `uh[${uRank}]` : ''].filter((text) => text !== '');
  return `${frame.begin}${matrices.map((m) => pointers(prefix, own, m)).join('')}${frame.declaration}${scratch.length > 0 ? `  float ${scratch.join(', ')};\n` : ''}  float ${gates.map(({ name }) => `${name}[${frame.units}]`).join(', ')};
  uint_fast16_t ${frame.input !== '' || scratch.length > 0 ? 'i, ' : ''}j;

${frame.input}${gates.map((gate) => gateCode(layout, layer, gate, frame)).join('\n')}
  for (j = 0; j < ${frame.units}; j++) {
${stateCode(layout, frame)}${frame.pool}
  }
${frame.end}}
`;
}

/** One gate of all units: its nonlinearity of W x + U h + b. Of a GRU's candidate r has its part. */
function gateCode(
  { prefix, upper, architecture }: FloatLayout,
  { own }: FloatLayer,
  { name, w2, w1, u2, u1 }: FloatGateMatrices,
  { a, h, units }: StepFrame,
): string {
  const { cell, wRank, uRank } = architecture;
  const before = cell === 'GRU' && resetOf(architecture) === 'before';
  const candidate = name === 'update';
  const past = candidate && before ? 'reset' : h; // by then r h
  const bias = (of: string) => `${upper}_READ(&${own}_bias_${of}[j])`;
  const made = (p: string) => `${prefix}_${candidate ? 'update' : 'gate'}(${p})`;
  const [x, u] = [w2 ? 'wx' : a, u2 ? 'uh' : past];
  const lines = [
    ...(w2 ? [`  for (i = 0; i < ${wRank}; i++) wx[i] = ${row(prefix, w2, a, '0.0f')};`] : []),
    ...(u2 ? [`  for (i = 0; i < ${uRank}; i++) uh[i] = ${row(prefix, u2, past, '0.0f')};`] : []),
    `  for (j = 0; j < ${units}; j++) {`,
    `    float p = ${row(prefix, w1, x, '0.0f')};`,
    ...(candidate && cell === 'GRU' && !before
      ? [
          `    float m = ${row(prefix, u1, u, '0.0f')} + ${bias('recurrent')};`,
          `    ${name}[j] = ${made(`p + ${bias(name)} + reset[j] * m`)};`,
        ]
      : [
          `    p = ${row(prefix, u1, u, 'p')};`,
          `    ${name}[j] = ${made(`p + ${bias(name)}`)}${before && name === 'reset' ? ` * ${h}[j]` : ''};`,
        ]),
    '  }',
  ];
  return lines.join('\n');
}

function stateCode({ architecture: { cell }, prefix }: FloatLayout, { h, c }: StepFrame): string {
  if (cell !== 'LSTM') return `    ${h}[j] = (1.0f - gate[j]) * update[j] + gate[j] * ${h}[j];`;
  return `    ${c}[j] = forget[j] * ${c}[j] + input[j] * update[j];
    ${h}[j] = output[j] * ${prefix}_update(${c}[j]);`;
}
