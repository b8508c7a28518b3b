import { checkDetector, pushSteps, type DetectorSettings } from '../../detector/index.js';
import { roundingTerm, type IntegerNetwork } from '../../integer/index.js';
import { commentText } from '../c99/interface.js';
import { checkPrefix } from '../c99.js';

/** Names in the detector's C. */
export interface ExportDetectorOptions {
  /** The prefix of the network's exported C, beside which the files stand. */
  readonly prefix: string;
  /** [classes], for a comment; their numbers when absent. */
  readonly classNames?: readonly string[];
}

/**
 * The detector behind a network's exported C, as portable C99: `PREFIX_detector.h` and `PREFIX_detector.c`, with
 *
 * ```c
 * typedef struct { … } PREFIX_detector;                                    // the network's states, and the detector's
 * void PREFIX_detector_reset(PREFIX_detector *);
 * int PREFIX_detector_step(PREFIX_detector *, const int16_t *x);           // a network step: the class whose event it is, or -1
 * int PREFIX_detector_push(PREFIX_detector *, const int32_t *logits);      // the same from logits alone
 * ```
 *
 * No heap, no floating point, no division: `docs/detector.md` has its equations.
 *
 * @throws ExportError, DetectorError
 */
export function exportDetectorC(
  network: IntegerNetwork,
  settings: DetectorSettings,
  { prefix, classNames = [] }: ExportDetectorOptions,
): Record<string, string> {
  checkPrefix(prefix);
  checkDetector(settings, network.classes);
  return {
    [`${prefix}_detector.h`]: header(settings, prefix, classNames),
    [`${prefix}_detector.c`]: source(settings, prefix),
  };
}

function header(settings: DetectorSettings, prefix: string, names: readonly string[]): string {
  const upper = prefix.toUpperCase();
  const { wake, window, states } = settings;
  const words = wake.map((k) => (names[k] === undefined ? `class ${k}` : `class ${k}, ${names[k]}`)).join('; ');
  const streams =
    window === 0
      ? 'The network runs on for ever in one state.'
      : `${states} states run side by side, each begun anew after ${window} steps; the detector hears one of them every ${pushSteps(settings)} steps.`;
  return `/*
 * ${prefix}_detector: events in the stream of ${prefix}.h: ${commentText(words)}.
 * ${streams}
 *
 * Written by fastgrnn. What it computes is defined to the last bit in docs/detector.md of fastgrnn.
 */
#ifndef ${upper}_DETECTOR_H
#define ${upper}_DETECTOR_H

#include "${prefix}.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ${upper}_DETECTOR_WORDS ${wake.length}
#define ${upper}_DETECTOR_STATES ${states}

/* The memory of one stream. */
typedef struct {
  ${prefix}_state network[${upper}_DETECTOR_STATES];
  int32_t score[${upper}_DETECTOR_WORDS]; /* 256 times the smoothed margin of each word */
  uint16_t rest;    /* pushes until the next event may be */
  uint8_t armed;    /* whether the score was low since the last event */
${window === 0 ? '' : `  uint8_t turn;     /* the state that is heard next */\n  uint8_t due;      /* whether it was heard, and begins anew */\n  uint16_t since;   /* steps since a state was heard */\n`}} ${prefix}_detector;

/* Begins a stream. Call it once before the first step, and to forget the past. */
void ${prefix}_detector_reset(${prefix}_detector *d);

/* One step of the network over its ${upper}_INPUTS inputs. Returns the class whose event this is, or -1. */
int ${prefix}_detector_step(${prefix}_detector *d, const int16_t *x);

/* The detector alone, for a network that runs elsewhere: takes its ${upper}_CLASSES logits. Returns as the step does. */
int ${prefix}_detector_push(${prefix}_detector *d, const int32_t *logits);

#ifdef __cplusplus
}
#endif

#endif
`;
}

function source(settings: DetectorSettings, prefix: string): string {
  const upper = prefix.toUpperCase();
  const { wake, marginShift, smoothing, threshold, release, refractory, states } = settings;
  const half = roundingTerm(smoothing);
  return `/* See ${prefix}_detector.h. The numbers of equations are those of docs/detector.md of fastgrnn. */
#include "${prefix}_detector.h"

typedef char ${prefix}_detector_needs_arithmetic_shift[(-1 >> 1) == -1 ? 1 : -1];

/* 1: the margin of class \`own\`: its logit less the largest other */
static int16_t ${prefix}_detector_margin(const int32_t *logits, uint8_t own)
{
  int32_t other = INT32_MIN, margin;
  uint8_t j;
  for (j = 0; j < ${upper}_CLASSES; j++) {
    if (j != own && logits[j] > other) other = logits[j];
  }
  margin = (logits[own] >> ${marginShift}) - (other >> ${marginShift});
  return (int16_t)(margin > 32767 ? 32767 : margin < -32767 ? -32767 : margin);
}

void ${prefix}_detector_reset(${prefix}_detector *d)
{
  uint8_t k;
  for (k = 0; k < ${upper}_DETECTOR_STATES; k++) ${prefix}_reset(&d->network[k]);
  for (k = 0; k < ${upper}_DETECTOR_WORDS; k++) d->score[k] = 0;
  d->rest = ${states};
  d->armed = 0;
${settings.window === 0 ? '' : '  d->turn = 0;\n  d->due = 0;\n  d->since = 0;\n'}}

/* 2: the score of word \`k\`, which is class \`own\` */
static void ${prefix}_detector_score(${prefix}_detector *d, const int32_t *logits, uint8_t k, uint8_t own)
{
  int32_t *s = &d->score[k];
  *s += ((int32_t)${prefix}_detector_margin(logits, own) * 256 - *s + ${half}) >> ${smoothing};
}

int ${prefix}_detector_push(${prefix}_detector *d, const int32_t *logits)
{
  uint8_t k, best = 0;
  int32_t score;
${wake.map((own, k) => `  ${prefix}_detector_score(d, logits, ${k}, ${own});\n`).join('')}  for (k = 1; k < ${upper}_DETECTOR_WORDS; k++) {
    if (d->score[k] > d->score[best]) best = k;
  }
  score = d->score[best];
  if (d->rest > 0) d->rest--; /* 3 */
  if (score < ${release} * (int32_t)256) d->armed = 1; /* 4 */
  if (!d->armed || d->rest > 0 || score < ${threshold} * (int32_t)256) return -1; /* 5 */
  d->armed = 0;
  d->rest = ${refractory}u;
  return ${wake.slice(1).reduce((others, own, k) => `best == ${k + 1} ? ${own} : ${others}`, String(wake[0]))};
}

${settings.window === 0 ? carriedStep(prefix, upper) : slidingStep(prefix, upper, settings)}`;
}

function carriedStep(prefix: string, upper: string): string {
  return `int ${prefix}_detector_step(${prefix}_detector *d, const int16_t *x)
{
  int32_t logits[${upper}_CLASSES];
  ${prefix}_step(&d->network[0], x);
  ${prefix}_logits(&d->network[0], logits);
  return ${prefix}_detector_push(d, logits);
}
`;
}

function slidingStep(prefix: string, upper: string, settings: DetectorSettings): string {
  return `int ${prefix}_detector_step(${prefix}_detector *d, const int16_t *x)
{
  int32_t logits[${upper}_CLASSES];
  uint8_t k;
  if (d->due) {
    ${prefix}_reset(&d->network[d->turn]);
    d->turn = (uint8_t)(d->turn + 1 == ${upper}_DETECTOR_STATES ? 0 : d->turn + 1);
    d->due = 0;
  }
  for (k = 0; k < ${upper}_DETECTOR_STATES; k++) ${prefix}_step(&d->network[k], x);
  d->since++;
  if (d->since < ${pushSteps(settings)}u) return -1;
  d->since = 0;
  d->due = 1;
  ${prefix}_logits(&d->network[d->turn], logits);
  return ${prefix}_detector_push(d, logits);
}
`;
}
