import { embeddingShift, isGivenInput } from '../../../integer/index.js';
import { stateOf, type CMatrix } from '../layout.js';
import { asmLines, byteOf } from './assembler.js';
import { headBytes, headCode } from './head.js';
import { affineBytes, normalisationCode } from './normalisation.js';
import type { AvrPlan, Projection, UnitRow } from './plan.js';
import { projectionCode } from './projection.js';
import { callDense, columnAfter, denseLength, denseRoutine, encodeAvrRow, firstAddress } from './rows.js';
import { biasBytes, constantsOfUnits, tablesRead, unitsCode, walksOn } from './units.js';

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
  const affine =
    network.centre.length === 0 ? [] : [{ what: 'centre and multiplier of the inputs', bytes: affineBytes(plan) }];
  return [...affine, ...rows('W2', w2), ...rows('U2', u2), ...units];
}

/** The table a step reads and `PREFIX_step` for AVR, up to what stands behind its equations. */
export function avrSource(plan: AvrPlan): string {
  const { layout, network } = plan;
  const { prefix, own, upper, allUnits } = layout;
  const linkage = network.hiddenSize === allUnits ? '' : 'static __attribute__((noinline)) ';
  const state = stateOf(layout);
  const input = network.embedding ? `"+x"(h)` : `"+x"(x), "+r"(h)`;
  const declared = [
    `const uint8_t *at = ${own}_stream;`,
    ...(network.embedding ? [`int16_t *h = ${state};`] : [`register int16_t *h __asm__("r24") = ${state};`]),
    'register int16_t *to __asm__("r20") = v;',
    ...(layout.tables.length > 0 ? [`register const int16_t *tanh __asm__("r22") = ${prefix}_tanh;`] : []),
  ];
  const operands = `"+z"(at), ${input}, "+r"(to)${layout.tables.length > 0 ? ', "+r"(tanh)' : ''}`;
  return `/* What a step reads, in its order. Sparse rows are pairs of a way to go and a weight, and 0 at the end. */
static const uint8_t ${own}_stream[] ${upper}_TABLE = {
${lines(streamBytes(plan))}
};

${plan.dense ? denseFunction(own, plan.dense) : ''}${linkage}void ${own}_step(${prefix}_state *s, const int16_t *x)
{
  int16_t v[${plan.scratchLength}]; /* what the equations work on */
  ${declared.join('\n  ')}
${network.embedding ? embed(plan) : ''}  __asm__ volatile(
${asmLines(stepCode(plan))}
    : ${operands}
    :
    : ${clobbered(plan)}, "memory");
`;
}

/** The table that a gate reads and its function for AVR, from the input a and a state to its values of all units. */
export function avrGate(plan: AvrPlan): string {
  const { layout } = plan;
  const { prefix, own, upper } = layout;
  const tables = tablesRead(plan).length > 0;
  const declared = [
    `const uint8_t *at = ${own}_stream;`,
    'register const int16_t *state __asm__("r24") = h;',
    'register int16_t *to __asm__("r20") = v, *values __asm__("r18") = out;',
    ...(tables ? [`register const int16_t *tanh __asm__("r22") = ${prefix}_tanh;`] : []),
  ];
  return `/* What a gate reads, in its order. Sparse rows are pairs of a way to go and a weight, and 0 at the end. */
static const uint8_t ${own}_stream[] ${upper}_TABLE = {
${lines(streamBytes(plan))}
};

${plan.dense ? denseFunction(own, plan.dense) : ''}static __attribute__((noinline)) void ${own}(const int16_t *a, const int16_t *h, int16_t *out)
{
  int16_t v[${plan.scratchLength}]; /* what the equations work on */
  ${declared.join('\n  ')}
  __asm__ volatile(
${asmLines(stepCode(plan))}
    : "+z"(at), "+x"(a), "+r"(state), "+r"(to), "+r"(values)${tables ? ', "+r"(tanh)' : ''}
    :
    : ${clobbered(plan)}, "memory");
}
`;
}

/** The sum of a dense row, called from assembler. */
function denseFunction(prefix: string, bytes: 3 | 4): string {
  return `/* r21 to r24 += a dense row, weights from Z, operands from X; r16 is its length (turns of two, one less, and 128 where it is odd) */
static __attribute__((naked, noinline, used)) void ${prefix}_dense(void)
{
  __asm__ volatile(
${asmLines(denseRoutine(bytes))}
    :
    :);
}

`;
}

/** `PREFIX_logits` and `PREFIX_predict` for AVR, both by the head in assembler. */
export function avrHead(plan: AvrPlan): string {
  const { prefix, upper, units, classifier } = plan.layout;
  const { form } = classifier;
  const { mean } = plan.network;
  const state = mean ? 'm' : stateOf(plan.layout);
  const taken = mean ? `  int16_t m[${units}];\n  ${prefix}_mean(s, m);\n` : '';
  return `/* What the head reads: each class's bias and its row */
static const uint8_t ${prefix}_head_stream[] ${upper}_TABLE = {
${lines(headBytes(plan))}
};

/* Equation 12: the logits to \`out\`, unless it is 0; returns the first class with the largest one */
static __attribute__((noinline)) uint8_t ${prefix}_head(const int16_t *h, int32_t *out)
{
  const uint8_t *at = ${prefix}_head_stream;
  register int32_t *to __asm__("r18") = out;
  register uint8_t best __asm__("r9");
  __asm__ volatile(
${asmLines(headCode(plan))}
    : "+z"(at), "+x"(h), "+r"(to), "=r"(best)
    :
    : ${form === 'sparse' || (form === 'dense' && plan.dense) ? '' : '"r3", '}"r10", "r11", "r12", "r13", "r14", "r15", ${form === 'dense' ? (plan.dense ? '"r16", ' : '') : '"r16", "r17", '}"r20", "r21", "r22", "r23", "r24", "r25", "memory");
  return (uint8_t)(${upper}_CLASSES - best);
}

void ${prefix}_logits(const ${prefix}_state *s, int32_t *out)
{
${taken}  ${prefix}_head(${state}, out);
}

int ${prefix}_predict(const ${prefix}_state *s)
{
${taken}  return ${prefix}_head(${state}, 0);
}
`;
}

/** The bytes of a table, each line with what it is. */
function lines(parts: readonly { what: string; bytes: readonly number[] }[]): string {
  return parts
    .map(({ what, bytes }, k) => `  ${bytes.join(', ')}${k < parts.length - 1 ? ',' : ''} /* ${what} */`)
    .join('\n');
}

/** Registers that the assembler of a step changes, but for its operands. */
function clobbered(plan: AvrPlan): string {
  const { network } = plan;
  const unused = [
    ...(network.embedding ? [] : ['r24', 'r25']),
    ...['r20', 'r21', 'r26', 'r27'],
    ...(tablesRead(plan).length > 0 ? ['r22', 'r23'] : constantsOfUnits(plan) === '' ? ['r10', 'r11'] : []),
    ...(plan.gives ? ['r18', 'r19'] : []),
  ];
  return Array.from({ length: 26 }, (_, r) => `r${r + 2}`)
    .filter((name) => !unused.includes(name))
    .map((name) => `"${name}"`)
    .join(', ');
}

/** Equation 1 of tokens. */
function embed({ layout: { network, prefix, upper }, inputAt }: AvrPlan): string {
  const last = (network.embedding?.rows ?? 1) - 1;
  return `  { /* Equation 1, of tokens: the row of the embedding */
    uint16_t token = (uint16_t)(x[0] < 0 ? 0 : x[0] > ${last} ? ${last} : x[0]);
    const int8_t *row = &${prefix}_embedding[token * ${network.inputSize}u];
    uint8_t i;
    for (i = 0; i < ${network.inputSize}; i++) v[${inputAt} + i] = (int16_t)((int8_t)${upper}_READ8(row++) * ${2 ** embeddingShift});
  }
`;
}

/**
 * Equations 1 to 9. Z reads the stream, X the inputs; r5:r4 is the vector v, r7:r6 the state h, r2 is 0. The stack pointer's frame
 * may be in Y, so Y is kept.
 */
function stepCode(plan: AvrPlan): string {
  const { layout, network } = plan;
  const { own, w2, u2 } = layout;
  const { w, u, optimize, shared, dense } = plan;
  const of = w ?? u;
  const denseCalled = (p: Projection): boolean => dense !== undefined && p.form === 'dense';
  const summed = (p: Projection): string | undefined => (denseCalled(p) ? callDense(own, p.columns) : undefined);
  const routine = of
    ? `@project: ${projectionCode(of, 'w', optimize, shared === 'all' ? 'rjmp @s_0' : denseCalled(of) ? `mov r16, r17; call ${own}_dense` : undefined)} ret`
    : '';
  const project = (p: Projection, name: string): string =>
    shared === 'none'
      ? projectionCode(p, name, optimize, summed(p))
      : `${denseCalled(p) ? `ldi r17, ${denseLength(p.columns)}; ` : ''}rcall @project`;
  const operands = (from: string, offset: number): string => `movw r26, ${from}; ${addTo(26, offset)} movw r14, r26`;
  return `
    push r28; push r29; clr r2; ${shared === 'all' ? 'clt; clr r3; ' : ''} movw r4, r20; movw r6, ${network.embedding ? 'r26' : 'r24'}${tablesRead(plan).length > 0 ? '; movw r10, r22' : ''}${plan.gives ? '; movw r8, r18' : ''}
    ${network.embedding ? '' : `${point('r4', plan.inputAt)}\n${isGivenInput(network) ? copyOfInput(plan) : normalisationCode(plan)}`}
    ${w2 && w ? `${operands('r4', 2 * plan.inputAt + firstAddress(w.form))}; ${point('r4', plan.wAt)} ldi r25, ${w2.matrix.rows} | equation 2\n${project(w, 'w')}` : ''}
    ${u2 && u ? `${operands('r6', firstAddress(u.form))}; ${w2 && plan.uAt > 0 ? '' : point('r4', plan.uAt)} ldi r25, ${u2.matrix.rows} | equation 3\n${project(u, 'u')}` : copyOfState(plan)}
    ${shared === 'projections' ? `rjmp @units\n${routine}\n@units:` : ''}
    ${unitsStart(plan)}
    ${unitsCode(plan, shared === 'all' ? routine : '')}
    pop r29; pop r28; clr r1
  `;
}

/** Adds a constant to a pair of registers from r24 on; with `;` behind it. */
function addTo(pair: number, bytes: number): string {
  if (bytes === 0) return '';
  if (bytes > 0 && bytes < 64) return `adiw r${pair}, ${bytes};`;
  if (bytes < 0 && bytes > -64) return `sbiw r${pair}, ${-bytes};`;
  return `subi r${pair}, ${byteOf(-bytes, 0)}; sbci r${pair + 1}, ${byteOf(-bytes, 1)};`;
}

/** Y points to a value behind a pair. */
const point = (pair: string, index: number): string => `movw r28, ${pair}; ${addTo(28, 2 * index)}`;

/** The state of the layer below, which is the input as it is, from X to Y. */
function copyOfInput({ network }: AvrPlan): string {
  return `ldi r25, ${network.inputSize} | the state of the layer below
    @given: ld r18, X+; ld r19, X+; st Y+, r18; st Y+, r19; dec r25; brne @given`;
}

/** Equation 3, full rank: a copy, as h changes below. */
function copyOfState(plan: AvrPlan): string {
  return `movw r26, r6; ${point('r4', plan.uAt)} ldi r25, ${plan.layout.u1.matrix.columns} | equation 3: a copy
    @copy: ld r18, X+; ld r19, X+; st Y+, r18; st Y+, r19; dec r25; brne @copy`;
}

/** Pointers of the units: r9:r8 the remainders, Y the state, r5:r4 and r7:r6 the operands of a unit's rows. */
function unitsStart(plan: AvrPlan): string {
  const { layout, network, first, second } = plan;
  const offset = (row: UnitRow): number => 2 * row.start + firstAddress(row.matrix.form);
  const one = offset(first);
  const two = walksOn(plan) ? '' : `movw r26, r4; ${addTo(26, offset(second) - one)} movw r6, r26`;
  const state = plan.gives
    ? 'movw r28, r8'
    : `movw r28, r6; movw r26, r6; ${addTo(26, 2 * layout.allUnits)} movw r8, r26`;
  return `${state}
    ${one === 0 ? '' : `movw r26, r4; ${addTo(26, one)} movw r4, r26`}
    ${two}
    ${constantsOfUnits(plan)}
    ldi r25, ${network.hiddenSize}; mov r3, r25`;
}
