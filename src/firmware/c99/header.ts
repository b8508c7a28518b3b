import { logitBits, stepInputs } from '../../integer/index.js';
import type { Architecture } from '../../network/index.js';
import { interfaceFile, nouns } from './interface.js';
import type { CLayout } from './layout.js';

/** What the network's logits mean; no bit depends on it. */
export interface HeadOptions {
  /** `softmax`, scores of classes, when absent. */
  readonly head?: Architecture['head'] | undefined;
  /** The logits after every step count, not those after the last alone. */
  readonly every?: boolean | undefined;
  /** Regression, [L] each: value = centre + scale * logit, from the model's metadata. They become macros of the header. */
  readonly outputs?: { readonly centre: readonly number[]; readonly scale: readonly number[] } | undefined;
}

/** How a regression's logits become values in their own units. */
function valueMacros({ network, upper }: CLayout, { outputs }: HeadOptions): string {
  const list = (values: readonly number[]) => `{${values.map(doubleConstant).join(', ')}}`;
  const bits = `${upper}_LOGIT_BITS`;
  if (!outputs) return `\n/* Normalised values: logit * 2^-${bits} */\n#define ${bits} ${logitBits(network)}\n`;
  return `
/*
 * Values in their own units: centre[l] + scale[l] * logit[l] * 2^-${bits}, with
 *   static const double centre[${upper}_CLASSES] = ${upper}_CENTRE, scale[${upper}_CLASSES] = ${upper}_SCALE;
 */
#define ${bits} ${logitBits(network)}
#define ${upper}_CENTRE ${list(outputs.centre)}
#define ${upper}_SCALE ${list(outputs.scale)}
`;
}

/** A number as a C constant of type double. */
function doubleConstant(value: number): string {
  return /[.e]/.test(String(value)) ? String(value) : `${value}.0`;
}

/** What the logits are. */
function logitsText({ network, upper, prefix }: CLayout, { head = 'softmax', every = false }: HeadOptions): string {
  const what = {
    softmax: `The score of each class, ${upper}_CLASSES values, in units of 2^-${logitBits(network)}.`,
    sigmoid: `The score of each label, ${upper}_CLASSES values, in units of 2^-${logitBits(network)}: a label is present where it is above 0.`,
    regression: `Each output, ${upper}_CLASSES values, normalised, in units of 2^-${upper}_LOGIT_BITS.`,
  }[head];
  const when = every ? ' They count after every step.' : '';
  return `${what}${when}${network.mean ? ` They are those of the mean of all states since ${prefix}_reset.` : ''}`;
}

/** 16 hidden units; 16 + 16 hidden units in 2 layers */
export function hiddenUnits(sizes: readonly number[]): string {
  return `${sizes.join(' + ')} hidden units${sizes.length > 1 ? ` in ${sizes.length} layers` : ''}`;
}

/** 2^-9; of several layers each one's. */
function stateUnits(layouts: readonly CLayout[]): string {
  const units = layouts.map(({ network }) => `2^-${network.stateBits}`).join(', then ');
  const { cell, update } = layouts[0].network;
  return update === 'relu' && cell !== 'FastGRNN' ? `${units}, or a power of two times that` : units;
}

/** `PREFIX.h`: the interface, usable from C and C++. */
export function headerFile(
  layouts: readonly CLayout[],
  description: readonly string[],
  meaning: HeadOptions = {},
): string {
  const layout = layouts[layouts.length - 1];
  const [{ network, prefix, upper, allUnits }] = layouts;
  const { mean, classes } = layout.network;
  const several = layouts.length > 1;
  const lstm = network.cell === 'LSTM';
  const noun = nouns[meaning.head ?? 'softmax'];
  const rank = (r: number) => (r > 0 ? `rank ${r}` : 'full rank');
  const lines = [
    `${prefix}: ${network.cell}, ${network.embedding ? `${network.embedding.rows} tokens of ${network.inputSize} numbers` : `${network.inputSize} inputs`}, ${hiddenUnits(layouts.map((own) => own.network.hiddenSize))}, ${classes} ${noun.many},`,
    `W of ${rank(network.wRank)}, U of ${rank(network.uRank)}; gate ${network.gate}, update ${network.update}.`,
    ...(description.length > 0 ? ['', ...description] : []),
    '',
    'Written by fastgrnn. What it computes is defined to the last bit in docs/integer-network.md of fastgrnn.',
  ];
  const inputs = network.embedding
    ? `token, 0 to ${upper}_TOKENS - 1; any other counts as the nearest of these`
    : `${upper}_INPUTS inputs`;
  return interfaceFile({
    ...{ prefix, upper, lines, head: meaning.head ?? 'softmax' },
    macros: `#define ${upper}_INPUTS ${stepInputs(network)}
${network.embedding ? `#define ${upper}_TOKENS ${network.embedding.rows}\n` : ''}${several ? `#define ${upper}_LAYERS ${layouts.length}\n` : ''}#define ${upper}_HIDDEN ${allUnits}${several ? ' /* of all layers, one after the other */' : ''}
#define ${upper}_CLASSES ${classes}
${meaning.head === 'regression' ? valueMacros(layout, meaning) : ''}`,
    members: [
      `  int16_t h[${upper}_HIDDEN];  /* hidden state, in units of ${stateUnits(layouts)} */`,
      ...(lstm
        ? [
            `  int16_t c[${upper}_HIDDEN];  /* the memory behind it, in units of ${layouts.map((own) => `2^-${own.network.memoryBits ?? 12}`).join(', then ')} */`,
            `  uint16_t r[${upper}_HIDDEN]; /* the memory's rounding remainders, 14 bits each */`,
          ]
        : [`  uint16_t r[${upper}_HIDDEN]; /* its rounding remainders, 14 bits each */`]),
      ...(mean
        ? [
            `  int32_t sum[${layout.units}]; /* of the states since the reset, of which the head reads the mean */`,
            '  uint16_t count;               /* of the states in it; of more than 65535, earlier ones count less */',
          ]
        : []),
    ].join('\n'),
    step: { comment: `/* One time step: x holds its ${inputs}. */`, type: 'int16_t' },
    logits: { text: logitsText(layout, meaning), type: 'int32_t' },
  });
}
