import { stateSize, type IntegerNetwork } from '../../integer/index.js';
import { exportC } from '../c99.js';
import { exportFrontend, type SoundInputs } from './export.js';

/** A front end, alone or with the network that reads its features: what a board is given to hear. */
export interface SoundSource {
  readonly inputs: SoundInputs;
  readonly network?: IntegerNetwork | undefined;
}

/** Programs count what they are given and what they show in bytes. */
const most = 255;

/** Samples that a step of `soundProgram` takes: a hop, or the largest equal part of it that programs can be given. */
export function soundSamples({ inputs }: SoundSource): number {
  const { hop } = inputs.sound;
  let samples = Math.min(hop, most);
  while (hop % samples !== 0) samples--;
  return samples;
}

/**
 * Values that `soundProgram` shows: the inputs of the network's last step, whether they were complete after this step, and the network's
 * state; of more than 255, the first of each. What isn't shown still acts on the logits and on later steps.
 */
export function soundShown({ inputs, network }: SoundSource): { inputs: number; state: number; values: number } {
  const shown = Math.min((inputs.stack?.frames ?? 1) * inputs.sound.bits.length, most - 1);
  const state = Math.min(network ? stateSize(network) : 0, most - 1 - shown);
  return { inputs: shown, state, values: shown + 1 + state };
}

/**
 * The exported C of a front end, and of a network behind it, as if it were a network's with the prefix `model`, for the programs that prove
 * boards: its inputs are samples, and its `h` is every value that can be seen from outside after them.
 */
export function soundProgram(source: SoundSource): Record<string, string> {
  const { inputs, network } = source;
  const shown = soundShown(source);
  const prefix = 'stream';
  const own = network ? exportC(network, { prefix }) : {};
  const some = (text: string) => (network ? text : '');
  return {
    ...own,
    ...exportFrontend(inputs, { prefix }),
    'model.h': `#ifndef MODEL_H
#define MODEL_H
#include "stream_frontend.h"
${some('#include "stream.h"\n')}#define MODEL_INPUTS ${soundSamples(source)}
#define MODEL_HIDDEN ${shown.values}
#define MODEL_CLASSES ${network ? 'STREAM_CLASSES' : 1}
typedef struct {
  stream_frontend ears;
${some('  stream_state network;\n')}  int16_t h[MODEL_HIDDEN];
} model_state;
void model_reset(model_state *s);
void model_step(model_state *s, const int16_t *x);
void model_logits(const model_state *s, int32_t *out);
int model_predict(const model_state *s);
#endif
`,
    'model.c': `#include "model.h"
#include "stream_frontend.c"
${some('#include "stream.c"\n')}
void model_reset(model_state *s)
{
  uint8_t i;
  stream_frontend_reset(&s->ears);
${some('  stream_reset(&s->network);\n')}  for (i = 0; i < MODEL_HIDDEN; i++) s->h[i] = 0;
}

void model_step(model_state *s, const int16_t *x)
{
  const uint8_t values = ${shown.inputs};
  uint16_t count = MODEL_INPUTS;
  uint8_t i;
  s->h[values] = 0;
  while (count > 0) {
    const uint16_t taken = stream_frontend_push(&s->ears, x, count);
    const int16_t *inputs = stream_frontend_inputs(&s->ears);
    x += taken;
    count = (uint16_t)(count - taken);
    if (inputs) {
${some(`      stream_step(&s->network, inputs);
      for (i = 0; i < ${shown.state}; i++) s->h[values + 1 + i] = s->network.h[i];
`)}      for (i = 0; i < values; i++) s->h[i] = inputs[i];
      s->h[values] = 1;
    }
  }
}

void model_logits(const model_state *s, int32_t *out) { ${network ? 'stream_logits(&s->network, out);' : '(void)s;\n  *out = 0;'} }
int model_predict(const model_state *s) { ${network ? 'return stream_predict(&s->network);' : '(void)s;\n  return 0;'} }
`,
  };
}
