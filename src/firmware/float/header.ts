import { commentText, nouns, type HeadOptions } from '../c99/header.js';
import type { FloatLayout } from './layout.js';
import { floatConstant } from './tables.js';

const meanings = {
  softmax: 'The score of each class',
  sigmoid: 'The score of each label, which is present where it is above 0',
  regression: 'Each output, normalised',
} as const;

/** `PREFIX.h`: the interface, usable from C and C++. */
export function headerFile(layout: FloatLayout, description: readonly string[], meaning: HeadOptions): string {
  const { architecture, prefix, upper, embedding } = layout;
  const { cell, inputSize, hiddenSize, classes, wRank, uRank, gate, update, output, head } = architecture;
  const noun = nouns[head];
  const rank = (r: number) => (r > 0 ? `rank ${r}` : 'full rank');
  const lines = [
    `${prefix}: ${cell}, ${embedding ? `${embedding.rows} tokens of ${inputSize} numbers` : `${inputSize} inputs`}, ${hiddenSize} hidden units, ${classes} ${noun.many},`,
    `W of ${rank(wRank)}, U of ${rank(uRank)}; ${layout.gated ? `gate ${gate}, ` : ''}update ${update}. Computed in float32.`,
    ...(description.length > 0 ? ['', ...description] : []),
    '',
    'Written by fastgrnn. Its values are those of the float network but for rounding, which differs from one compiler and processor',
    'to another. The integer C (--target c) gives the same bits everywhere, and is faster where there is no floating-point unit.',
  ];
  const comment = lines.map((line) => ` * ${commentText(line)}`.trimEnd()).join('\n');
  const list = (values: readonly number[]) => `{${values.map(floatConstant).join(', ')}}`;
  const outputs = meaning.outputs
    ? `
/* Values in their own units: centre[l] + scale[l] * logit[l] */
#define ${upper}_CENTRE ${list(meaning.outputs.centre)}
#define ${upper}_SCALE ${list(meaning.outputs.scale)}
`
    : '';
  const when = output === 'every' ? ' They count after every step.' : '';
  return `/*
${comment}
 */
#ifndef ${upper}_H
#define ${upper}_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ${upper}_INPUTS ${embedding ? 1 : inputSize}
${embedding ? `#define ${upper}_TOKENS ${embedding.rows}\n` : ''}#define ${upper}_HIDDEN ${hiddenSize}
#define ${upper}_CLASSES ${classes}
${outputs}
/* The memory of one stream of inputs. Several streams, each with its own, may run side by side. */
typedef struct {
  float h[${upper}_HIDDEN]; /* hidden state */
${
  output === 'mean'
    ? `  float sum[${upper}_HIDDEN]; /* of the states since the reset, of which the head reads the mean */
  uint32_t count; /* of the states in it */\n`
    : ''
}} ${prefix}_state;

/* Begins a stream. Call it once before the first step, and to forget the past. */
void ${prefix}_reset(${prefix}_state *s);

/*
 * One time step: x holds its ${embedding ? `token, a whole number from 0 to ${upper}_TOKENS - 1` : `${upper}_INPUTS inputs in counts, as the integer C takes them; they may have fractions here`}.
 */
void ${prefix}_step(${prefix}_state *s, const float *x);

/* ${meanings[head]}, ${upper}_CLASSES values.${when}${output === 'mean' ? ` They are those of the mean of all states since ${prefix}_reset.` : ''} */
void ${prefix}_logits(const ${prefix}_state *s, float *out);

/* The ${noun.one} with the largest score, 0 to ${upper}_CLASSES - 1; the first of equals. */
int ${prefix}_predict(const ${prefix}_state *s);

#ifdef __cplusplus
}
#endif

#endif
`;
}
