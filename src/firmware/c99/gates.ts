import { dividedBiases, isGivenInput, roundingTerm, tableOf } from '../../integer/index.js';
import { boundsOf, residualFits } from '../bounds.js';
import { stateOf, type CGate, type CLayout } from './layout.js';
import { nonlinearityFunctions } from './nonlinearity.js';
import { rowExpression, streamFunctions } from './row-stream.js';
import { argument, clampFunction, embed, project, thumbMacro } from './step.js';
import { numbers, stepTables } from './tables.js';
import { thumbRow } from './thumb.js';

/*
 * Layers that are run gate by gate: each gate is a function from the input a and a state to its values of all units, and the step calls
 * them, then makes the new states. The gates are what takes time: on AVR they have assembler of their own, the step is C everywhere.
 */

/** What stands before the gates, wherever they are written: helpers of the step. */
export function gateHelpers(layout: CLayout): string {
  return `${clampFunction(layout)}${stepUpdates(layout) ? `\n${nonlinearityFunctions(layout)}` : ''}`;
}

/** Whether the step itself has values of the update to find: of c, of a candidate in two parts, or of one W and U for gate and candidate. */
function stepUpdates({ network }: CLayout): boolean {
  return network.cell === 'LSTM' || network.reset === 'after' || network.zeta !== undefined;
}

/** The gates of all layers in C, with all that they need. */
export function plainGates(layouts: readonly CLayout[]): string {
  const [first] = layouts;
  const gates = layouts.flatMap((layout) => layout.gates);
  return `${thumbMacro(first)}
${streamFunctions(
  gates.map(({ layout }) => layout),
  thumbRow,
)}
${gates.map(({ layout }) => stepTables(layout)).join('\n')}
${stepUpdates(first) ? '' : `${nonlinearityFunctions(first)}\n`}${gates.map(plainGate).join('\n')}`;
}

/** What a gate's comment says of its values. */
const given = {
  gate: 'its value in Q14',
  update: 'the candidate in Q12',
  sum: 'its sum with its bias',
} as const;

function plainGate({ name, gives, layout }: CGate): string {
  const { network, prefix, own, units, w2, w1, u2, u1 } = layout;
  const bounds = boundsOf(network);
  const value = {
    gate: () => `${prefix}_gate(${argument(layout, network.gate)})`,
    update: () => `${prefix}_update(${argument(layout, network.update)})`,
    sum: () => `${prefix}_clamp(p + *bias++, 32767)`,
  }[gives]();
  return `/* Equations 2 to 4 of ${name}, and ${given[gives]} */
static void ${own}(const int16_t *a, const int16_t *h, int16_t *out)
{
  const uint8_t *row = ${own}_rows;
  const int16_t *bias = ${own}_biases;${w2 ? `\n  int16_t t[${network.wRank}];` : ''}${u2 ? `\n  int16_t u[${network.uRank}];` : ''}
  uint_fast8_t j;

${w2 ? project(layout, w2, 't', 'a', network.wLimit, bounds.w2, 'Equation 2') : ''}${
    u2 ? project(layout, u2, 'u', 'h', network.uLimit, bounds.u2, 'Equation 3') : ''
  }  for (j = ${units}; j; j--) {
    int32_t p = ${rowExpression(layout, w1, w2 ? 't' : 'a')};
    p += ${rowExpression(layout, u1, u2 ? 'u' : 'h')};
    *out++ = (int16_t)(${value});
  }
}
`;
}

/** Tables that the steps read themselves, on AVR from flash. */
function ownTables(layout: CLayout): string {
  const { network, own } = layout;
  const { centre, multiplier, inputShift, stateBits, alpha, beta, zeta, nu } = network;
  const format = `Q${stateBits + 2}, of each unit`;
  const vector = (name: string, what: string, values: ArrayLike<number>) =>
    numbers(layout, own, 'int16_t', name, what, values);
  return [
    ...(centre.length > 0
      ? [
          vector('centre', 'what is subtracted from each input ...', centre),
          vector('multiplier', `... and what the rest is multiplied by, times 2^-${inputShift}`, multiplier),
        ]
      : []),
    ...(alpha && beta ? [vector('alpha', 'Q14, of each unit', alpha), vector('beta', 'Q14, of each unit', beta)] : []),
    ...(zeta && nu
      ? [
          vector('half', 'Q12, of each unit: half the difference of its biases', dividedBiases(network).half),
          ...[vector('zeta', format, zeta), vector('nu', format, nu)],
        ]
      : []),
  ].join('\n');
}

/** The steps of all layers, up to the place behind the last one's last unit. */
export function gatedSteps(layouts: readonly CLayout[]): string {
  return layouts.map((layout) => `${ownTables(layout)}${gatedStep(layout)}`).join('}\n\n');
}

function gatedStep(layout: CLayout): string {
  const { network, prefix, own, at, allUnits, units } = layout;
  const isGiven = isGivenInput(network);
  const linkage = network.hiddenSize === allUnits ? '' : 'static ';
  const buffers = layout.gates.map(({ name }) => `gate_${name}[${units}]`).join(', ');
  return `${linkage}void ${own}_step(${prefix}_state *s, const int16_t *x)
{
  int16_t *h = ${stateOf(layout)};
  uint16_t *r = s->r${at > 0 ? ` + ${at}` : ''};${network.cell === 'LSTM' ? `\n  int16_t *c = s->c${at > 0 ? ` + ${at}` : ''};` : ''}
  ${isGiven ? 'const int16_t *a = x;' : `int16_t a[${network.inputSize}];`}
  int16_t ${buffers}; /* what they give */
  uint_fast8_t ${isGiven ? '' : 'i, '}j;

${isGiven ? '' : network.embedding ? embed(layout) : normalise(layout)}${calls(layout)}
  for (j = 0; j < ${units}; j++) {
${update(layout)}
  }
`;
}

/** Equation 1, its tables read as AVR has to. */
function normalise({ network, prefix, own, upper }: CLayout): string {
  const channel = network.centre.length > 1 ? 'i' : '0';
  const { inputShift: shift, inputLimit } = network;
  const table = (name: string) => `${upper}_READ16(&${own}_${name}[${channel}])`;
  const product = `${shift > 0 ? `${roundingTerm(shift)} + ` : ''}v * ${table('multiplier')}`;
  return `  /* Equation 1: the input, normalised */
  for (i = 0; i < ${network.inputSize}; i++) {
    int32_t v = ${prefix}_clamp((int32_t)x[i] - ${table('centre')}, 32767);
    a[i] = (int16_t)${prefix}_clamp((${product})${shift > 0 ? ` >> ${shift}` : ''}, ${inputLimit});
  }
`;
}

/** All gates; before a candidate that reads it, what the reset gate leaves of the state takes that gate's place. */
function calls({ network, prefix, units, gates }: CLayout): string {
  return gates
    .map(({ name, layout: { own } }) => {
      if (network.reset !== 'before' || name !== 'c') return `  ${own}(a, h, gate_${name});\n`;
      const kept = `${prefix}_clamp(((int32_t)gate_r[j] * h[j] + 8192) >> 14, ${network.stateLimit})`;
      return `  for (j = 0; j < ${units}; j++) gate_r[j] = (int16_t)${kept}; /* q */\n  ${own}(a, gate_r, gate_c);\n`;
    })
    .join('');
}

function update(layout: CLayout): string {
  const { network, prefix, own, upper } = layout;
  const { stateBits, stateLimit, memoryBits = 12, memoryLimit, candidateBits = 12 } = network;
  const shifted = (product: string, shift: number): string =>
    shift > 0 ? `((${roundingTerm(shift)} + ${product}) >> ${shift})` : product;
  const blend = (c: string): string =>
    `    v = ${shifted(`g * ${c}`, 12 - stateBits)} + z * h[j] + r[j]; /* 8' */
    h[j] = (int16_t)${prefix}_clamp(v >> 14, ${stateLimit}); /* 9' */
    r[j] = (uint16_t)(v & 16383);`;
  const complement = `    g = 16384 - z;${network.gate === 'hardTanh' ? '\n    if (g > 32767) g = 32767;' : ''}`;
  const scaled = (value: string, bits: number): string => (bits < 12 ? `${value} * ${2 ** (12 - bits)}` : value);
  switch (network.cell) {
    case 'FastGRNN':
      return residualBySum(layout);
    case 'FastRNN-vector':
      return `    int32_t v, g = ${upper}_READ16(&${own}_alpha[j]), z = ${upper}_READ16(&${own}_beta[j]);\n${blend('gate_c[j]')}`;
    case 'LSTM':
      return `    int32_t v, y;
    v = ${shifted('(int32_t)gate_i[j] * gate_c[j]', 12 - memoryBits)} + (int32_t)gate_f[j] * c[j] + r[j];
    c[j] = (int16_t)${prefix}_clamp(v >> 14, ${memoryLimit});
    r[j] = (uint16_t)(v & 16383);
    y = ${prefix}_update(${prefix}_clamp(${scaled('(int32_t)c[j]', memoryBits)}, 32767));
    h[j] = (int16_t)${prefix}_clamp((${roundingTerm(26 - stateBits)} + gate_o[j] * y) >> ${26 - stateBits}, ${stateLimit});`;
    default: {
      if (network.reset !== 'after') return `    int32_t v, g, z = gate_z[j];\n${complement}\n${blend('gate_c[j]')}`;
      return `    int32_t v, g, z = gate_z[j];
    int32_t candidate = gate_w[j] + (((int32_t)gate_r[j] * gate_m[j] + 8192) >> 14);
    candidate = ${prefix}_update(${prefix}_clamp(${scaled('candidate', candidateBits)}, 32767));
${complement}
${blend('candidate')}`;
    }
  }
}

/** FastGRNN with a zeta and a nu a unit: gate and candidate read one sum. */
function residualBySum({ network, prefix, own, upper }: CLayout): string {
  const { stateLimit, zeta = [], nu = [] } = network;
  const of = (name: string) => `${upper}_READ16(&${own}_${name}[j])`;
  const from = (kind: typeof network.gate, sum: string) => (tableOf(kind) ? `${prefix}_clamp(${sum}, 32767)` : sum);
  const g = '((8192 - zeta * z) >> 14) + zeta + nu';
  const fits = Array.from(zeta, (scale, j) => ({ ...network, scale, offset: nu[j] })).every(residualFits);
  return `    int32_t v, half = ${of('half')}, zeta = ${of('zeta')}, nu = ${of('nu')};
    int32_t z = ${prefix}_gate(${from(network.gate, 'gate_q[j] + half')});
    int32_t c = ${prefix}_update(${from(network.update, 'gate_q[j] - half')});
    v = (${fits ? g : `${prefix}_clamp(${g}, 32767)`}) * c + z * h[j] + r[j]; /* 7 and 8 */
    h[j] = (int16_t)${prefix}_clamp(v >> 14, ${stateLimit}); /* 9 */
    r[j] = (uint16_t)(v & 16383);`;
}
