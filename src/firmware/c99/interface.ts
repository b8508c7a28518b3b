/** What the outputs of a head are called. */
export const nouns = {
  softmax: { one: 'class', many: 'classes' },
  sigmoid: { one: 'label', many: 'labels' },
  regression: { one: 'output', many: 'outputs' },
} as const;

/** Text that can stand inside a C comment: it can't end it, begin another, or form a trigraph. */
export function commentText(line: string): string {
  return line
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('*/', '* /')
    .replaceAll('/*', '/ *')
    .replaceAll('??', '? ?')
    .trimEnd();
}

/**
 * `PREFIX.h`, the interface that exported C has whatever it computes in, usable from C and C++: sizes, the memory of a stream, and the
 * functions reset, step, logits and predict.
 */
export function interfaceFile(o: {
  readonly prefix: string;
  /** The prefix of macros. */
  readonly upper: string;
  /** Lines of the comment at the top. */
  readonly lines: readonly string[];
  /** Macros: inputs, hidden units, classes and what else there is; ends with a line's end. */
  readonly macros: string;
  /** Members of the state, without the last line's end. */
  readonly members: string;
  /** The comment about `step`, and the type of an input. */
  readonly step: { readonly comment: string; readonly type: string };
  /** What logits are, and their type. */
  readonly logits: { readonly text: string; readonly type: string };
  readonly head: keyof typeof nouns;
}): string {
  const { prefix, upper, step, logits } = o;
  return `/*
${o.lines.map((line) => ` * ${commentText(line)}`.trimEnd()).join('\n')}
 */
#ifndef ${upper}_H
#define ${upper}_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

${o.macros}
/* The memory of one stream of inputs. Several streams, each with its own, may run side by side. */
typedef struct {
${o.members}
} ${prefix}_state;

/* Begins a stream. Call it once before the first step, and to forget the past. */
void ${prefix}_reset(${prefix}_state *s);

${step.comment}
void ${prefix}_step(${prefix}_state *s, const ${step.type} *x);

/* ${logits.text} */
void ${prefix}_logits(const ${prefix}_state *s, ${logits.type} *out);

/* The ${nouns[o.head].one} with the largest score, 0 to ${upper}_CLASSES - 1; the first of equals. */
int ${prefix}_predict(const ${prefix}_state *s);

#ifdef __cplusplus
}
#endif

#endif
`;
}
