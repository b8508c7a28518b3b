import { hiddenUnits, type HeadOptions } from '../c99/header.js';
import { interfaceFile, nouns } from '../c99/interface.js';
import type { FloatLayout } from './layout.js';
import { floatConstant } from './tables.js';

const meanings = {
  softmax: 'The score of each class',
  sigmoid: 'The score of each label, which is present where it is above 0',
  regression: 'Each output, normalised',
} as const;

/** `PREFIX.h`: the interface, usable from C and C++. */
export function headerFile(layout: FloatLayout, description: readonly string[], meaning: HeadOptions): string {
  const { architecture, prefix, upper, layers, embedding } = layout;
  const { cell, inputSize, hiddenSize, classes, wRank, uRank, gate, update, output, head } = architecture;
  const noun = nouns[head];
  const rank = (r: number) => (r > 0 ? `rank ${r}` : 'full rank');
  const lines = [
    `${prefix}: ${cell}, ${embedding ? `${embedding.rows} tokens of ${inputSize} numbers` : `${inputSize} inputs`}, ${hiddenUnits(layers.map(() => hiddenSize))}, ${classes} ${noun.many},`,
    `W of ${rank(wRank)}, U of ${rank(uRank)}; ${layout.gated ? `gate ${gate}, ` : ''}update ${update}. Computed in float32.`,
    ...(description.length > 0 ? ['', ...description] : []),
    '',
    'Written by fastgrnn. Its values are those of the float network but for rounding, which differs from one compiler and processor',
    'to another. The integer C (--target c) gives the same bits everywhere, and is faster where there is no floating-point unit.',
  ];
  const list = (values: readonly number[]) => `{${values.map(floatConstant).join(', ')}}`;
  const outputs = meaning.outputs
    ? `
/* Values in their own units: centre[l] + scale[l] * logit[l] */
#define ${upper}_CENTRE ${list(meaning.outputs.centre)}
#define ${upper}_SCALE ${list(meaning.outputs.scale)}
`
    : '';
  const when = output === 'every' ? ' They count after every step.' : '';
  const inputs = embedding
    ? `token, a whole number from 0 to ${upper}_TOKENS - 1`
    : `${upper}_INPUTS inputs in counts, as the integer C takes them; they may have fractions here`;
  const mean = output === 'mean';
  const several = layers.length > 1;
  return interfaceFile({
    ...{ prefix, upper, lines, head },
    macros: `#define ${upper}_INPUTS ${embedding ? 1 : inputSize}
${embedding ? `#define ${upper}_TOKENS ${embedding.rows}\n` : ''}${several ? `#define ${upper}_LAYERS ${layers.length}\n` : ''}#define ${upper}_HIDDEN ${hiddenSize * layers.length}${several ? ' /* of all layers, one after the other */' : ''}
#define ${upper}_CLASSES ${classes}
${outputs}`,
    members: [
      `  float h[${upper}_HIDDEN]; /* hidden state */`,
      ...(cell === 'LSTM' ? [`  float c[${upper}_HIDDEN]; /* the memory beside it */`] : []),
      ...(mean
        ? [
            `  float sum[${layers[0].units}]; /* of the states since the reset, of which the head reads the mean */`,
            '  uint32_t count; /* of the states in it */',
          ]
        : []),
    ].join('\n'),
    step: { comment: `/*\n * One time step: x holds its ${inputs}.\n */`, type: 'float' },
    logits: {
      text: `${meanings[head]}, ${upper}_CLASSES values.${when}${mean ? ` They are those of the mean of all states since ${prefix}_reset.` : ''}`,
      type: 'float',
    },
  });
}
