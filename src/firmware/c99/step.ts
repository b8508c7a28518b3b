import { embeddingShift, isGivenInput, roundingTerm, tableOf } from '../../integer/index.js';
import { boundsOf, residualFits, type Bounds } from '../bounds.js';
import { stateOf, type CLayout, type CMatrix } from './layout.js';
import { nonlinearityFunctions } from './nonlinearity.js';
import { rowExpression, streamFunctions } from './row-stream.js';
import { stepTables } from './tables.js';
import { thumbRow } from './thumb.js';

/** The steps of all layers in C, with all that they need, up to the place behind the last one's last unit. */
export function plainStep(layouts: readonly CLayout[]): string {
  const [first] = layouts;
  return `${thumbMacro(first)}
${clampFunction(first)}
${streamFunctions(layouts, thumbRow)}
${layouts.map(stepTables).join('\n')}
${nonlinearityFunctions(first)}
${layouts.map((layout) => stepFunction(layout, boundsOf(layout.network))).join('}\n\n')}`;
}

export function thumbMacro({ upper }: CLayout): string {
  return `/* Arm's microcontrollers multiply rows in assembler: 1 for cores that know Thumb-1 alone (Cortex-M0, M0+), 2 for Thumb-2 */
#if defined(__thumb2__)
#define ${upper}_THUMB 2
#elif defined(__thumb__)
#define ${upper}_THUMB 1
#else
#define ${upper}_THUMB 0
#endif
/* Those with the DSP instructions multiply two pairs of 16 bits at once (Cortex-M4 and above) */
#if ${upper}_THUMB == 2 && defined(__ARM_FEATURE_DSP) && !defined(__ARM_BIG_ENDIAN)
#define ${upper}_DSP 1
#else
#define ${upper}_DSP 0
#endif
`;
}

export function clampFunction({ prefix }: CLayout): string {
  return `/* v clamped to [-limit, limit]: a single comparison where there is nothing to clamp */
static inline int32_t ${prefix}_clamp(int32_t v, int32_t limit)
{
  if ((uint32_t)v + (uint32_t)limit <= 2u * (uint32_t)limit) return v;
  return v < 0 ? -limit : limit;
}
`;
}

function stepFunction(layout: CLayout, bounds: Bounds): string {
  const { network, prefix, own, units, at, allUnits, w2, w1, u2, u1, gated } = layout;
  const given = isGivenInput(network);
  const a = given ? 'x' : 'a';
  const t = w2 ? 't' : a;
  const linkage = network.hiddenSize === allUnits ? '' : 'static ';
  return `${linkage}void ${own}_step(${prefix}_state *s, const int16_t *x)
{
  const uint8_t *row = ${own}_rows;
  const int16_t *bias = ${own}_biases;
  int16_t *h = ${stateOf(layout)};
  uint16_t *r = s->r${at > 0 ? ` + ${at}` : ''};${given ? '' : `\n  int16_t a[${network.inputSize}];`}${w2 ? `\n  int16_t t[${network.wRank}];` : ''}
  int16_t u[${u2 ? network.uRank : units}];
  uint_fast8_t ${given ? '' : 'i, '}j;

${given ? '' : network.embedding ? embed(layout) : normalise(layout)}
${w2 ? project(layout, w2, 't', a, network.wLimit, bounds.w2, 'Equation 2') : ''}${
    u2
      ? project(layout, u2, 'u', stateOf(layout), network.uLimit, bounds.u2, 'Equation 3')
      : `  /* Equation 3, full rank: a copy, as h changes below */
  for (j = 0; j < ${units}; j++) u[j] = ${stateOf(layout)}[j];
`
  }
  for (j = ${units}; j; j--) {
    int32_t p, v;
    int32_t ${gated ? 'z, c, g' : 'c'};

    /* Equation 4, Q12 */
    p = ${rowExpression(layout, w1, t)};
    p += ${rowExpression(layout, u1, 'u')};

${residual(layout)}
    *h++ = (int16_t)${prefix}_clamp(v >> 14, ${network.stateLimit});
    *r++ = (uint16_t)(v & 16383);
  }
`;
}

/** The token's row of the embedding, shifted up. */
export function embed({ network, prefix, upper }: CLayout): string {
  const last = (network.embedding?.rows ?? 1) - 1;
  return `  /* Equation 1, of tokens: the row of the embedding */
  {
    uint16_t token = (uint16_t)(x[0] < 0 ? 0 : x[0] > ${last} ? ${last} : x[0]);
    const int8_t *embedded = &${prefix}_embedding[token * ${network.inputSize}u];
    for (i = 0; i < ${network.inputSize}; i++) a[i] = (int16_t)((int8_t)${upper}_READ8(embedded++) * ${2 ** embeddingShift});
  }
`;
}

function normalise({ network, prefix, own, upper }: CLayout): string {
  const channel = network.centre.length > 1 ? 'i' : '0';
  const { inputShift: shift, inputLimit, multiplier } = network;
  const largest = multiplier.reduce((most, m) => Math.max(most, Math.abs(m)), 0);
  const bound = 32767 * largest + roundingTerm(shift);
  const product = `${shift > 0 ? `${roundingTerm(shift)} + ` : ''}v * ${own}_multiplier[${channel}]`;
  return `  /* Equation 1: the input, normalised */
  for (i = 0; i < ${upper}_INPUTS; i++) {
    int32_t v = ${prefix}_clamp((int32_t)x[i] - ${own}_centre[${channel}], 32767);
    a[i] = (int16_t)${clamped(prefix, shift > 0 ? `(${product}) >> ${shift}` : product, bound, shift, inputLimit)};
  }
`;
}

/** A shifted sum, clamped where its bound does not prove that it is within the limit anyway. */
function clamped(prefix: string, value: string, bound: number, shift: number, limit: number): string {
  return Math.ceil(bound / 2 ** shift) <= limit ? `(${value})` : `${prefix}_clamp(${value}, ${limit})`;
}

export function project(
  layout: CLayout,
  m: CMatrix,
  out: string,
  v: string,
  limit: number,
  bound: number,
  comment: string,
): string {
  const value = clamped(layout.prefix, rowExpression(layout, m, v), bound, m.shift, limit);
  return `  /* ${comment} */
  for (j = 0; j < ${m.matrix.rows}; j++) ${out}[j] = (int16_t)${value};
`;
}

/** Preactivations that a nonlinearity takes as they are: it clamps them itself. */
export function argument({ prefix }: CLayout, kind: CLayout['network']['gate']): string {
  return tableOf(kind) ? `${prefix}_clamp(p + *bias++, 32767)` : 'p + *bias++';
}

function residual(layout: CLayout): string {
  const { network, prefix, gated } = layout;
  const { scale, offset, gate, update } = network;
  const c = `    c = ${prefix}_update(${argument(layout, update)}); /* 6 */`;
  if (!gated) {
    return `${c}

    /* Equations 8 and 9, with alpha and beta for g and z */
    v = (int32_t)*r + ${constant(scale)} * c + ${constant(offset)} * (int32_t)*h;`;
  }
  const sum = `((8192 + ${constant(-scale)} * z) >> 14) + ${constant(scale + offset)}`;
  return `${c}
    z = ${prefix}_gate(${argument(layout, gate)});   /* 5 */

    /* Equation 7: rs(zeta (16384 - z), 14) is zeta + ((8192 - zeta z) >> 14) */
    g = ${residualFits(network) ? sum : `${prefix}_clamp(${sum}, 32767)`};

    /* Equations 8 and 9: the new state; what the shift drops stays for the next step */
    v = (int32_t)*r + g * c + z * *h;`;
}

/** A number that can stand behind an operator. */
function constant(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}
