import { stepInputs } from '../../integer/index.js';
import type { CLayout } from './layout.js';

/** Text that can stand inside a C comment: it can't end it, begin another, or form a trigraph. */
function commentText(line: string): string {
  return line
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('*/', '* /')
    .replaceAll('/*', '/ *')
    .replaceAll('??', '? ?')
    .trimEnd();
}

/** `PREFIX.h`: the interface, usable from C and C++. */
export function headerFile(layout: CLayout, description: readonly string[]): string {
  const { network, prefix, upper } = layout;
  const rank = (r: number) => (r > 0 ? `rank ${r}` : 'full rank');
  const lines = [
    `${prefix}: ${network.cell}, ${network.embedding ? `${network.embedding.rows} tokens of ${network.inputSize} numbers` : `${network.inputSize} inputs`}, ${network.hiddenSize} hidden units, ${network.classes} classes,`,
    `W of ${rank(network.wRank)}, U of ${rank(network.uRank)}; gate ${network.gate}, update ${network.update}.`,
    ...(description.length > 0 ? ['', ...description] : []),
    '',
    'Written by fastgrnn. What it computes is defined to the last bit in docs/integer-network.md of fastgrnn.',
  ];
  const comment = lines.map((line) => ` * ${commentText(line)}`.trimEnd()).join('\n');
  return `/*
${comment}
 */
#ifndef ${upper}_H
#define ${upper}_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ${upper}_INPUTS ${stepInputs(network)}
${network.embedding ? `#define ${upper}_TOKENS ${network.embedding.rows}\n` : ''}#define ${upper}_HIDDEN ${network.hiddenSize}
#define ${upper}_CLASSES ${network.classes}

/* The memory of one stream of inputs. Several streams, each with its own, may run side by side. */
typedef struct {
  int16_t h[${upper}_HIDDEN];  /* hidden state, in units of 2^-${network.stateBits} */
  uint16_t r[${upper}_HIDDEN]; /* its rounding remainders, 14 bits each */
${
  network.mean
    ? `  int32_t sum[${upper}_HIDDEN]; /* of the states since the reset, of which the head reads the mean */
  uint16_t count;               /* of the states in it */\n`
    : ''
}} ${prefix}_state;

/* Begins a stream. Call it once before the first step, and to forget the past. */
void ${prefix}_reset(${prefix}_state *s);

/* One time step: x holds its ${network.embedding ? `token, 0 to ${upper}_TOKENS - 1` : `${upper}_INPUTS inputs`}. */
void ${prefix}_step(${prefix}_state *s, const int16_t *x);

/* The score of each class, ${upper}_CLASSES values, in units of 2^-${network.classifier.fractionBits + network.stateBits}. */
void ${prefix}_logits(const ${prefix}_state *s, int32_t *out);

/* The class with the largest score, 0 to ${upper}_CLASSES - 1; the first of equals. */
int ${prefix}_predict(const ${prefix}_state *s);

#ifdef __cplusplus
}
#endif

#endif
`;
}
