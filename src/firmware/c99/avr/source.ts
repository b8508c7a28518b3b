import { embeddingShift } from '../../../integer/index.js';
import type { CMatrix } from '../layout.js';
import { asmLines } from './assembler.js';
import { affineBytes, normalisationCode } from './normalisation.js';
import { projections, type AvrPlan, type Projection } from './plan.js';
import { projectionCode } from './projection.js';
import { columnAfter, encodeAvrRow, firstAddress } from './rows.js';
import { biasBytes, unitsCode, walksOn } from './units.js';

/** Everything a step reads, in the order in which it does. */
export function streamBytes(plan: AvrPlan): { what: string; bytes: number[] }[] {
  const { layout, network, first, second } = plan;
  const { w2, u2 } = layout;
  const rows = (name: string, m: CMatrix | undefined) =>
    m
      ? Array.from({ length: m.matrix.rows }, (_, j) => ({
          what: `${name}, row ${j}`,
          bytes: encodeAvrRow(m.matrix, j, m.form),
        }))
      : [];
  const sparse = walksOn(plan) && first.matrix.form === 'sparse';
  const units = Array.from({ length: network.hiddenSize }, (_, j) => {
    const { before, after } = biasBytes(plan, j);
    const one = encodeAvrRow(first.matrix.matrix, j, first.matrix.form);
    const next = sparse ? columnAfter(first.matrix.matrix, j) - first.matrix.matrix.columns : 0;
    const two = encodeAvrRow(second.matrix.matrix, j, second.matrix.form, next);
    return { what: `unit ${j}`, bytes: [...before, ...one, ...two, ...after] };
  });
  const affine = network.embedding ? [] : [{ what: 'centre and multiplier of the inputs', bytes: affineBytes(plan) }];
  return [...affine, ...rows('W2', w2), ...rows('U2', u2), ...units];
}

/** The table, the functions in assembler and `PREFIX_step` for AVR. */
export function avrSource(plan: AvrPlan): string {
  const { layout, network } = plan;
  const { prefix, upper, w2, u2 } = layout;
  const { w, u } = projections(plan);
  const codeW = w && projectionCode(w);
  const codeU = u && projectionCode(u);
  const shared = codeW === codeU;
  const project = (name: string, p: Projection | undefined, code: string | undefined) =>
    p && code ? projectFunction(`${prefix}_${name}`, p, code) : '';
  const stream = streamBytes(plan)
    .map(({ what, bytes }) => `  ${bytes.join(', ')}, /* ${what} */`)
    .join('\n')
    .replace(/, (\/\*[^\n]*)$/, ' $1');
  const step = [
    network.embedding ? embed(plan) : `  at = ${prefix}_normalise(at, x, ${place(plan.inputAt)});`,
    w2
      ? `  at = ${prefix}_${shared || !u ? 'project' : 'project_w'}(at, ${place(plan.inputAt)}, ${place(plan.wAt)}, ${w2.matrix.rows}); /* 2 */`
      : '',
    u2
      ? `  at = ${prefix}_${shared || !w ? 'project' : 'project_u'}(at, s->h, ${place(plan.uAt)}, ${u2.matrix.rows}); /* 3 */`
      : `  for (j = 0; j < ${upper}_HIDDEN; j++) v[${plan.uAt} + j] = s->h[j]; /* 3, full rank: a copy, as h changes below */`,
    `  ${prefix}_units(at, s->h, v);`,
  ].filter((line) => line !== '');
  const counter = u2 ? '' : '\n  uint8_t j;';
  const functions =
    shared || !w || !u
      ? project('project', w ?? u, codeW ?? codeU)
      : project('project_w', w, codeW) + project('project_u', u, codeU);
  return `/* What a step reads, in its order. Sparse rows are pairs of a way to go and a weight, and 0 at the end. */
static const uint8_t ${prefix}_stream[] ${upper}_TABLE = {
${stream}
};

${network.embedding ? '' : normaliseFunction(plan)}${functions}${unitsFunction(plan)}void ${prefix}_step(${prefix}_state *s, const int16_t *x)
{
  int16_t v[${plan.scratchLength}];
  const uint8_t *at = ${prefix}_stream;${counter}
${step.join('\n')}
`;
}

function place(index: number): string {
  return index === 0 ? 'v' : `v + ${index}`;
}

/** Equation 1 of tokens. */
function embed({ layout: { network, prefix, upper }, inputAt }: AvrPlan): string {
  const last = (network.embedding?.rows ?? 1) - 1;
  return `  { /* 1, of tokens: the row of the embedding */
    uint16_t token = (uint16_t)(x[0] < 0 ? 0 : x[0] > ${last} ? ${last} : x[0]);
    const int8_t *row = &${prefix}_embedding[token * ${network.inputSize}u];
    uint8_t i;
    for (i = 0; i < ${network.inputSize}; i++) v[${inputAt} + i] = (int16_t)((int8_t)${upper}_READ8(row++) * ${2 ** embeddingShift});
  }`;
}

const low = (name: string, first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, k) => `"${name}${first + k}"`).join(', ');

function normaliseFunction(plan: AvrPlan): string {
  const { prefix } = plan.layout;
  return `/* Equation 1: the input, normalised; returns where the stream goes on */
static __attribute__((noinline)) const uint8_t *${prefix}_normalise(const uint8_t *at, const int16_t *x, int16_t *to)
{
  register int16_t *out __asm__("r18") = to;
  register uint8_t count __asm__("r25") = ${plan.network.inputSize};
  __asm__ volatile(
    "push r28 \\n push r29 \\n movw r28, r18 \\n"
${asmLines(normalisationCode(plan))}
    "clr r1 \\n pop r29 \\n pop r28"
    : "+z"(at), "+x"(x), "+r"(out), "+r"(count)
    :
    : "r2", ${low('r', 12, 17)}, "r20", "r21", "r22", "r23", "r24", "memory");
  return at;
}

`;
}

function projectFunction(name: string, { form }: Projection, code: string): string {
  const back = firstAddress(form) < 0 ? 'sbiw r26, 1 \\n ' : '';
  return `/* Equations 2 and 3: rows times operands, shifted and saturated; returns where the stream goes on */
static __attribute__((noinline)) const uint8_t *${name}(const uint8_t *at, const int16_t *in, int16_t *to, uint8_t rows)
{
  register int16_t *out __asm__("r18") = to;
  register uint8_t count __asm__("r25") = rows;
  __asm__ volatile(
    "push r28 \\n push r29 \\n movw r28, r18 \\n ${back}movw r14, r26 \\n"
${asmLines(code)}
    "clr r1 \\n pop r29 \\n pop r28"
    : "+z"(at), "+x"(in), "+r"(out), "+r"(count)
    :
    : "r2", "r14", "r15", "r16", "r20", "r21", "r22", "r23", "r24", "memory");
  return at;
}

`;
}

function unitsFunction(plan: AvrPlan): string {
  const { layout, network, first, second } = plan;
  const { prefix, table } = layout;
  const offset = (form: CMatrix['form'], start: number): number => 2 * start + firstAddress(form);
  const one = offset(first.matrix.form, first.start);
  const two = offset(second.matrix.form, second.start);
  const start = one < 0 ? 'sbiw r26, 1 \\n movw r4, r26' : 'movw r4, r26';
  const other = walksOn(plan)
    ? ''
    : `\n    "subi r26, ${(one - two) & 255} \\n sbci r27, ${((one - two) >> 8) & 255} \\n movw r6, r26 \\n"`;
  const tablePair = table ? `\n  register const int16_t *tanh __asm__("r20") = ${prefix}_tanh;` : '';
  return `/* Equations 4 to 9 of every unit */
static __attribute__((noinline)) void ${prefix}_units(const uint8_t *at, int16_t *h, int16_t *v)
{
  register int16_t *state __asm__("r18") = h;${tablePair}
  __asm__ volatile(
    "push r28 \\n push r29 \\n movw r28, r18 \\n clr r2 \\n"
    "ldi r25, ${network.hiddenSize} \\n mov r3, r25 \\n"
    "${start} \\n"${other}
    "subi r18, lo8(-2 * ${network.hiddenSize}) \\n sbci r19, hi8(-2 * ${network.hiddenSize}) \\n movw r8, r18 \\n"${table ? '\n    "movw r10, r20 \\n"' : ''}
${asmLines(unitsCode(plan))}
    "clr r1 \\n pop r29 \\n pop r28"
    : "+z"(at), "+x"(v), "+r"(state)${table ? ', "+r"(tanh)' : ''}
    :
    : ${low('r', 2, 17)}, ${table ? '' : '"r20", "r21", '}"r22", "r23", "r24", "r25", "memory");
}

`;
}
