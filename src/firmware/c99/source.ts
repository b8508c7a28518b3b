import { isPacked, packedLayouts } from '../packed/index.js';
import { stateOf, type CLayout, type CMatrix } from './layout.js';
import { headRowFunction, tableMacros } from './rows.js';
import { plainStep } from './step.js';
import { commonTables, headTables } from './tables.js';
import { planOf, type Optimize } from './avr/plan.js';
import { avrGate, avrHead, avrSource } from './avr/source.js';
import { gatedSteps, gateHelpers, plainGates } from './gates.js';

/** `PREFIX.c`: tables, helpers, and the four functions of the interface. */
export function sourceFile(layouts: readonly CLayout[], optimize: Optimize): string {
  const [first] = layouts;
  const last = layouts[layouts.length - 1];
  const { prefix, upper } = first;
  const { network } = last;
  if (first.gates.length > 0) return gatedSourceFile(layouts, optimize);
  const plans = layouts.flatMap((layout) => planOf(layout, optimize) ?? []);
  const planned = plans.length === layouts.length;
  const end = `${network.mean ? `  ${prefix}_pool(s);\n` : ''}}\n`;
  // Of one layer its step is the network's.
  const whole = layouts.length === 1 ? end : `}\n\n${stepOfLayers(layouts)}${end}`;
  return `${beginning(layouts, planned)}${
    planned
      ? `#if ${upper}_AVR

${plans.map(avrSource).join('}\n\n')}${whole}
${avrHead(plans[plans.length - 1])}
#else

`
      : ''
  }${headTables(last)}
${headRowFunction(last)}
${plainStep(layouts)}${whole}
${headFunctions(last)}${planned ? '\n#endif\n' : ''}`;
}

/** What every source begins with. */
function beginning(layouts: readonly CLayout[], planned: boolean): string {
  const [first] = layouts;
  const { prefix } = first;
  const last = layouts[layouts.length - 1];
  return `/* See ${prefix}.h. The numbers of equations are those of docs/integer-network.md of fastgrnn. */
#include "${prefix}.h"

${tableMacros(first, planned)}
/* C99 leaves the shift of a negative number to the compiler. Here it must be arithmetic, as it is everywhere. */
typedef char ${prefix}_needs_arithmetic_shift[(-1 >> 1) == -1 ? 1 : -1];

${commonTables(first)}
${resetFunction(last)}
${last.network.mean ? poolFunction(last) + meanFunction(last) : ''}`;
}

/** The same of layers that are run gate by gate: on AVR gates and head are assembler, the steps around them C everywhere. */
function gatedSourceFile(layouts: readonly CLayout[], optimize: Optimize): string {
  const [first] = layouts;
  const last = layouts[layouts.length - 1];
  const { prefix, upper } = first;
  const gates = layouts.flatMap((layout) => layout.gates);
  const plans = gates.flatMap(({ layout, gives }) => planOf(layout, optimize, gives) ?? []);
  const planned = plans.length === gates.length;
  const plain = `${plainGates(layouts)}\n${headTables(last)}\n${headRowFunction(last)}\n${headFunctions(last)}`;
  const assembler = `${plans.map(avrGate).join('\n')}\n${avrHead(plans[plans.length - 1])}`;
  const end = `${last.network.mean ? `  ${prefix}_pool(s);\n` : ''}}\n`;
  return `${beginning(layouts, planned)}${gateHelpers(first)}
${planned ? `#if ${upper}_AVR\n\n${assembler}\n#else\n\n${plain}\n#endif\n` : plain}
${gatedSteps(layouts)}${layouts.length === 1 ? end : `}\n\n${stepOfLayers(layouts)}${end}`}`;
}

/** `PREFIX_step` of several layers, up to what stands behind its equations. */
function stepOfLayers(layouts: readonly CLayout[]): string {
  const { prefix } = layouts[0];
  const calls = layouts.map(({ own }, i) => `  ${own}_step(s, ${i === 0 ? 'x' : stateOf(layouts[i - 1])});\n`);
  return `void ${prefix}_step(${prefix}_state *s, const int16_t *x)\n{\n${calls.join('')}`;
}

/** @param last the last layer's layout: the sums are its state's */
function resetFunction({ prefix, upper, network, units, allUnits }: CLayout): string {
  const together = network.hiddenSize === allUnits;
  const sums = `  for (j = 0; j < ${units}; j++) s->sum[j] = 0;\n`;
  return `void ${prefix}_reset(${prefix}_state *s)
{
  uint8_t j;
  for (j = 0; j < ${upper}_HIDDEN; j++) {
    s->h[j] = 0;
    s->r[j] = 8192;${network.cell === 'LSTM' ? '\n    s->c[j] = 0;' : ''}${network.mean && together ? '\n    s->sum[j] = 0;' : ''}
  }
${network.mean && !together ? sums : ''}${network.mean ? '  s->count = 0;\n' : ''}}
`;
}

function rowCall(prefix: string, { name, matrix, form }: CMatrix, v: string, start: string): string {
  if (isPacked(form)) {
    const columns = packedLayouts[form].takesColumns ? `${matrix.columns}, ` : '';
    return `${prefix}_head_row(&${name}_row, ${columns}${v}, ${start})`;
  }
  return form === 'dense'
    ? `${prefix}_dense_row(&${name}_row, ${matrix.columns}, ${v}, ${start})`
    : `${prefix}_sparse_row(&${name}_row, ${v}, ${start})`;
}

function rowPointer(prefix: string, { name, form }: CMatrix): string {
  return `const ${form === 'dense' ? 'int8_t' : 'uint8_t'} *${name}_row = ${prefix}_${name};`;
}

/** Equation 10. */
function poolFunction(layout: CLayout): string {
  const { prefix, units } = layout;
  return `/* Equation 10: the sums of the states, and how many, halved before 32 and 16 bits would be too few */
static void ${prefix}_pool(${prefix}_state *s)
{
  uint8_t j;
  for (j = 0; j < ${units}; j++) s->sum[j] += ${stateOf(layout)}[j];
  s->count = (uint16_t)(s->count + 1u);
  if (s->count == 0) {
    for (j = 0; j < ${units}; j++) s->sum[j] >>= 1;
    s->count = 32768u;
  }
}

`;
}

function meanFunction({ prefix, units }: CLayout): string {
  return `/* Equation 11: the mean of the states, halves away from 0; 0 before the first step */
static void ${prefix}_mean(const ${prefix}_state *s, int16_t *m)
{
  int32_t half = s->count >> 1, n = s->count ? s->count : 1;
  uint8_t j;
  for (j = 0; j < ${units}; j++) {
    int32_t sum = s->sum[j];
    m[j] = (int16_t)((sum < 0 ? sum - half : sum + half) / n);
  }
}

`;
}

function headFunctions(layout: CLayout): string {
  const { prefix, upper, units, classifier } = layout;
  const { mean } = layout.network;
  const state = mean ? 'm' : stateOf(layout);
  const score = (l: string) => rowCall(prefix, classifier, state, `${upper}_READ32(&${prefix}_classifier_bias[${l}])`);
  const declared = mean ? `\n  int16_t m[${units}];` : '';
  const taken = mean ? `\n  ${prefix}_mean(s, m);` : '';
  return `void ${prefix}_logits(const ${prefix}_state *s, int32_t *out)
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
