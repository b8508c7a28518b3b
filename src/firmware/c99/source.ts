import { embeddingShift } from '../../integer/index.js';
import type { CLayout, CMatrix } from './layout.js';
import { nonlinearityFunctions } from './nonlinearity.js';
import { headRowFunction, rowFunctions, tableMacros } from './rows.js';
import { commonTables, stepTables } from './tables.js';
import { planOf } from './avr/plan.js';
import { avrSource } from './avr/source.js';

/** `PREFIX.c`: tables, helpers, and the four functions of the interface. */
export function sourceFile(layout: CLayout): string {
  const { prefix, upper, network } = layout;
  const plan = planOf(layout);
  const end = `${network.mean ? `  ${prefix}_pool(s);\n` : ''}}\n`;
  return `/* See ${prefix}.h. The numbers of equations are those of docs/integer-network.md of fastgrnn. */
#include "${prefix}.h"

${tableMacros(layout, plan !== undefined)}
/* C99 leaves the shift of a negative number to the compiler. Here it must be arithmetic, as it is everywhere. */
typedef char ${prefix}_needs_arithmetic_shift[(-1 >> 1) == -1 ? 1 : -1];

${commonTables(layout)}
${headRowFunction(layout)}
${resetFunction(layout)}
${network.mean ? poolFunction(layout) : ''}#if ${upper}_AVR

${plan ? `${avrSource(plan)}${end}` : ''}
#else

${stepTables(layout)}
${helpers(layout)}
${rowFunctions(layout)}
${nonlinearityFunctions(layout)}
${stepFunction(layout)}${end}
#endif

${headFunctions(layout)}`;
}

/** What a step in C calls. */
function helpers({ prefix }: CLayout): string {
  return `/* v clamped to [-limit, limit], limit at most 32767; first to 16 bits, which 8-bit processors do faster */
static int16_t ${prefix}_saturate(int32_t v, int16_t limit)
{
  int16_t s = (int16_t)(v > 32767 ? 32767 : v < -32767 ? -32767 : v);
  return (int16_t)(s > limit ? limit : s < -limit ? -limit : s);
}

/* floor(v / 2^14), as shifts by whole bytes around one of two bits, which 8-bit processors do faster */
static int32_t ${prefix}_shift14(int32_t v)
{
  return ((v >> 8) * 4) >> 8;
}
`;
}

function resetFunction({ prefix, upper, network }: CLayout): string {
  return `void ${prefix}_reset(${prefix}_state *s)
{
  uint8_t j;
  for (j = 0; j < ${upper}_HIDDEN; j++) {
    s->h[j] = 0;
    s->r[j] = 8192;${network.mean ? '\n    s->sum[j] = 0;' : ''}
  }
${network.mean ? '  s->count = 0;\n' : ''}}
`;
}

/** `rs(start + row · v, shift)` as an expression; the rounding term is what the sum starts with. */
function rowExpression({ prefix }: CLayout, m: CMatrix, v: string): string {
  const start = m.shift > 0 ? 2 ** (m.shift - 1) : 0;
  const shift = m.shift > 0 ? ` >> ${m.shift}` : '';
  return `${rowCall(prefix, m, v, String(start))}${shift}`;
}

function rowCall(prefix: string, { name, matrix, form }: CMatrix, v: string, start: string): string {
  return form === 'dense'
    ? `${prefix}_dense_row(&${name}_row, ${matrix.columns}, ${v}, ${start})`
    : `${prefix}_sparse_row(&${name}_row, ${v}, ${start})`;
}

function rowPointer(prefix: string, { name, form }: CMatrix): string {
  return `const ${form === 'dense' ? 'int8_t' : 'uint8_t'} *${name}_row = ${prefix}_${name};`;
}

function stepFunction(layout: CLayout): string {
  const { network, prefix, upper, w2, w1, u2, u1, gated } = layout;
  const matrices = [w2, u2, w1, u1].filter((m) => m !== undefined);
  const t = w2 ? 't' : 'a';
  return `void ${prefix}_step(${prefix}_state *s, const int16_t *x)
{
  ${matrices.map((m) => rowPointer(prefix, m)).join('\n  ')}
  int16_t a[${network.inputSize}];${w2 ? `\n  int16_t t[${network.wRank}];` : ''}
  int16_t u[${u2 ? network.uRank : `${upper}_HIDDEN`}];
  uint8_t i, j;

${network.embedding ? embed(layout) : normalise(layout)}
${w2 ? project(layout, w2, 't', 'a', network.wLimit, 'Equation 2') : ''}${
    u2
      ? project(layout, u2, 'u', 's->h', network.uLimit, 'Equation 3')
      : `  /* Equation 3, full rank: a copy, as h changes below */
  for (j = 0; j < ${upper}_HIDDEN; j++) u[j] = s->h[j];
`
  }
  for (j = 0; j < ${upper}_HIDDEN; j++) {
    int32_t p, v;
    int16_t ${gated ? 'z, c, g' : 'c'};

    /* Equation 4, Q12 */
    p = ${rowExpression(layout, w1, t)};
    p += ${rowExpression(layout, u1, 'u')};

${residual(layout)}
    s->h[j] = ${prefix}_saturate(${prefix}_shift14(v), ${network.stateLimit});
    s->r[j] = (uint16_t)(v & 16383);
  }
`;
}

/** The token's row of the embedding, shifted up. */
function embed({ network, prefix, upper }: CLayout): string {
  const last = (network.embedding?.rows ?? 1) - 1;
  return `  /* Equation 1, of tokens: the row of the embedding */
  {
    uint16_t token = (uint16_t)(x[0] < 0 ? 0 : x[0] > ${last} ? ${last} : x[0]);
    const int8_t *row = &${prefix}_embedding[token * ${network.inputSize}u];
    for (i = 0; i < ${network.inputSize}; i++) a[i] = (int16_t)((int8_t)${upper}_READ8(row++) * ${2 ** embeddingShift});
  }
`;
}

/** Equation 10. */
function poolFunction({ prefix, upper }: CLayout): string {
  return `/* Equation 10: the sums of the states, and how many, halved before 32 and 16 bits would be too few */
static void ${prefix}_pool(${prefix}_state *s)
{
  uint8_t j;
  for (j = 0; j < ${upper}_HIDDEN; j++) s->sum[j] += s->h[j];
  s->count = (uint16_t)(s->count + 1u);
  if (s->count == 0) {
    for (j = 0; j < ${upper}_HIDDEN; j++) s->sum[j] >>= 1;
    s->count = 32768u;
  }
}

`;
}

function normalise({ network, prefix, upper }: CLayout): string {
  const channel = network.centre.length > 1 ? 'i' : '0';
  const { inputShift: shift, inputLimit } = network;
  const start = shift > 0 ? 2 ** (shift - 1) : 0;
  const product = `${prefix}_multiply_add(${start}, v, ${upper}_READ16(&${prefix}_multiplier[${channel}]))`;
  const shifted = shift > 0 ? `${product} >> ${shift}` : product;
  return `  /* Equation 1: the input, normalised */
  for (i = 0; i < ${upper}_INPUTS; i++) {
    int16_t v = ${prefix}_saturate((int32_t)x[i] - ${upper}_READ16(&${prefix}_centre[${channel}]), 32767);
    a[i] = ${prefix}_saturate(${shifted}, ${inputLimit});
  }
`;
}

function project(layout: CLayout, m: CMatrix, out: string, v: string, limit: number, comment: string): string {
  return `  /* ${comment} */
  for (j = 0; j < ${m.matrix.rows}; j++) ${out}[j] = ${layout.prefix}_saturate(${rowExpression(layout, m, v)}, ${limit});
`;
}

function residual({ network, prefix, upper, gated }: CLayout): string {
  const { scale, offset } = network;
  const biased = (name: string) => `${prefix}_saturate(p + ${upper}_READ16(&${prefix}_${name}[j]), 32767)`;
  if (!gated) {
    return `    c = ${prefix}_update(${biased('bias_update')}); /* 6 */

    /* Equations 8 and 9, with alpha and beta for g and z */
    v = ${prefix}_multiply_add(${prefix}_multiply_add(s->r[j], ${scale}, c), ${offset}, s->h[j]);`;
  }
  return `    z = ${prefix}_gate(${biased('bias_gate')});     /* 5 */
    c = ${prefix}_update(${biased('bias_update')}); /* 6 */

    /* Equation 7; rs(zeta (16384 - z), 14) is zeta + ((8192 - zeta z) >> 14), whose product fits 16 by 16 bits */
    v = ${prefix}_multiply_add(8192, ${-scale}, z);
    g = ${prefix}_saturate(${prefix}_shift14(v) + ${constant(scale)} + ${constant(offset)}, 32767);

    /* Equations 8 and 9: the new state; what the shift drops stays for the next step */
    v = ${prefix}_multiply_add(${prefix}_multiply_add(s->r[j], g, c), z, s->h[j]);`;
}

/** A number that can stand behind an operator. */
function constant(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

function meanFunction({ prefix, upper }: CLayout): string {
  return `/* Equation 11: the mean of the states, halves away from 0; 0 before the first step */
static void ${prefix}_mean(const ${prefix}_state *s, int16_t *m)
{
  int32_t half = s->count >> 1, n = s->count ? s->count : 1;
  uint8_t j;
  for (j = 0; j < ${upper}_HIDDEN; j++) {
    int32_t sum = s->sum[j];
    m[j] = (int16_t)((sum < 0 ? sum - half : sum + half) / n);
  }
}

`;
}

function headFunctions(layout: CLayout): string {
  const { prefix, upper, classifier } = layout;
  const { mean } = layout.network;
  const state = mean ? 'm' : 's->h';
  const score = (l: string) => rowCall(prefix, classifier, state, `${upper}_READ32(&${prefix}_classifier_bias[${l}])`);
  const declared = mean ? `\n  int16_t m[${upper}_HIDDEN];` : '';
  const taken = mean ? `\n  ${prefix}_mean(s, m);` : '';
  return `${mean ? meanFunction(layout) : ''}void ${prefix}_logits(const ${prefix}_state *s, int32_t *out)
{
  ${rowPointer(prefix, classifier)}
  uint8_t l;${declared}${taken}
  for (l = 0; l < ${upper}_CLASSES; l++) out[l] = ${score('l')};
}

int ${prefix}_predict(const ${prefix}_state *s)
{
  ${rowPointer(prefix, classifier)}
  int32_t best;
  int first = 0;
  uint8_t l;${declared}${taken}
  best = ${score('0')};
  for (l = 1; l < ${upper}_CLASSES; l++) {
    int32_t score = ${score('l')};
    if (score > best) {
      best = score;
      first = l;
    }
  }
  return first;
}
`;
}
