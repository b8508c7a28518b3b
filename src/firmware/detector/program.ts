import type { DetectorSettings } from '../../detector/index.js';
import { stateSize, type IntegerNetwork } from '../../integer/index.js';
import { exportC } from '../c99.js';
import type { Optimize } from '../c99/avr/plan.js';
import { exportDetectorC } from './export.js';

/** A network with its detector: what `exportDetectorC` is given. */
export interface DetectorSource {
  readonly network: IntegerNetwork;
  readonly detector: DetectorSettings;
}

/** Values that `detectorProgram` shows of a stream: all states, two halves of each score, rest, armed, and the last step's event. */
export function detectorValues({ network, detector }: DetectorSource): number {
  return detector.states * stateSize(network) + 2 * detector.wake.length + 3;
}

/**
 * The exported C of a network and its detector behind the interface of a network with the prefix `model`, for the programs that prove
 * boards: its `h` is every value of the stream after a step.
 */
export function detectorProgram(source: DetectorSource, optimize?: Optimize): Record<string, string> {
  const { network, detector } = source;
  const units = stateSize(network);
  const prefix = 'stream';
  return {
    ...exportC(network, { prefix, optimize }),
    ...exportDetectorC(network, detector, { prefix }),
    'model.h': `#ifndef MODEL_H
#define MODEL_H
#include "stream_detector.h"
#define MODEL_INPUTS STREAM_INPUTS
#define MODEL_HIDDEN ${detectorValues(source)}
#define MODEL_CLASSES STREAM_CLASSES
typedef struct {
  stream_detector d;
  int16_t h[MODEL_HIDDEN];
} model_state;
void model_reset(model_state *s);
void model_step(model_state *s, const int16_t *x);
void model_logits(const model_state *s, int32_t *out);
int model_predict(const model_state *s);
#endif
`,
    'model.c': `#include "model.h"
#include "stream.c"
#include "stream_detector.c"
void model_reset(model_state *s) { stream_detector_reset(&s->d); }
void model_step(model_state *s, const int16_t *x)
{
  int event = stream_detector_step(&s->d, x);
  int16_t *to = s->h;
  uint8_t i, j;
  for (i = 0; i < STREAM_DETECTOR_STATES; i++) {
    for (j = 0; j < ${units}; j++) *to++ = s->d.network[i].h[j];
  }
  for (i = 0; i < STREAM_DETECTOR_WORDS; i++) {
    *to++ = (int16_t)(uint16_t)((uint32_t)s->d.score[i] & 0xffffu);
    *to++ = (int16_t)(s->d.score[i] >> 16);
  }
  *to++ = (int16_t)s->d.rest;
  *to++ = s->d.armed;
  *to = (int16_t)event;
}
void model_logits(const model_state *s, int32_t *out) { stream_logits(&s->d.network[0], out); }
int model_predict(const model_state *s) { return stream_predict(&s->d.network[0]); }
`,
  };
}
