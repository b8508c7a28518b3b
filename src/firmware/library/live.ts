import { oneLine, type Library } from './options.js';

/** `Live.ino`: a skeleton that reads a sensor, steps the network, and prints what it says. */
export function liveSketch(library: Library): string {
  const { prefix, stack } = library;
  const { frames } = stack;
  return `/*
 * A skeleton for a live sensor: put your sensor into read_frame(), set STEP_MS, and see what the network says at 115200 baud.
 *
 * The units are those that the network learnt from. A sensor that counts otherwise must be converted to them; values
 * beyond int16 belong to its ends, -32768 and 32767.
 */
#include <Arduino.h>
#include <${prefix}.hpp>

/* Milliseconds from one frame to the next: those of the recordings that the network learnt from. */
static const unsigned long STEP_MS = 20;

${listening(library)}
static ${prefix}_network network;
${frames > 1 ? stackMemory(library) : ''}
${readFunction(library)}
${answerFunction(library)}
void setup()
{
  Serial.begin(115200);
}

${loopFunction(library)}`;
}

function listening({ every, steps }: Library): string {
  return every
    ? ''
    : `/* Steps until the network answers and forgets: as many as its sequences had in training. */
static const uint16_t LISTEN = ${steps};
`;
}

function channelsOf({ network, stack }: Library): number {
  return network.embedding ? 1 : network.inputSize / stack.frames;
}

function stackMemory(library: Library): string {
  const { upper, stack } = library;
  return `
/* A step reads ${stack.frames} frames, the oldest first; the next step's begin ${stack.stride} later. */
enum { CHANNELS = ${channelsOf(library)}, FRAMES = ${stack.frames}, STRIDE = ${stack.stride} };
static int16_t frames[${upper}_INPUTS];
`;
}

function readFunction(library: Library): string {
  const { network, upper, channels } = library;
  const lines = network.embedding
    ? [`  x[0] = 0; /* a token, 0 to ${upper}_TOKENS - 1 */`]
    : Array.from(
        { length: channelsOf(library) },
        (_, i) => `  x[${i}] = 0;${channels[i] ? ` /* ${oneLine(channels[i]).replaceAll('*/', '* /')} */` : ''}`,
      );
  return `/* What the sensor says now. */
static void read_frame(int16_t *x)
{
${lines.join('\n')}
}
`;
}

function answerFunction({ prefix, upper, head, scaled }: Library): string {
  if (head === 'softmax') {
    return `static void answer()
{
  Serial.println(${prefix}_network::name(network.predict()));
}
`;
  }
  const body =
    head === 'sigmoid'
      ? `    if (logits[l] > 0) Serial.println(${prefix}_network::name(l)); /* the label is present */`
      : scaled
        ? `    Serial.print(${prefix}_network::name(l));
    Serial.print(' ');
    Serial.println(centre[l] + scale[l] * logits[l] / (1L << ${upper}_LOGIT_BITS), 4);`
        : `    Serial.print(${prefix}_network::name(l));
    Serial.print(' ');
    Serial.println((float)logits[l] / (1L << ${upper}_LOGIT_BITS), 4);`;
  const constants =
    head === 'regression' && scaled
      ? `
  static const double centre[${upper}_CLASSES] = ${upper}_CENTRE, scale[${upper}_CLASSES] = ${upper}_SCALE;`
      : '';
  return `static void answer()
{
  int32_t logits[${upper}_CLASSES];${constants}
  network.logits(logits);
  for (uint8_t l = 0; l < ${upper}_CLASSES; l++) {
${body}
  }
}
`;
}

/** The times of frames don't drift: each is due STEP_MS after the one before. */
function loopFunction({ upper, stack, every }: Library): string {
  const stacked = stack.frames > 1;
  const answers = every
    ? '  answer();'
    : `  if (++steps < LISTEN) return;
  answer();
  network.reset();
  steps = 0;`;
  const step = stacked
    ? `  static uint8_t filled = 0, skip = 0;
  if (skip > 0) {
    int16_t unused[CHANNELS];
    read_frame(unused);
    skip--;
    return;
  }
  read_frame(&frames[filled * CHANNELS]);
  if (++filled < FRAMES) return;
  network.step(frames);
  filled = FRAMES > STRIDE ? FRAMES - STRIDE : 0;
  skip = STRIDE > FRAMES ? STRIDE - FRAMES : 0;
  memmove(frames, &frames[(FRAMES - filled) * CHANNELS], filled * CHANNELS * sizeof frames[0]);`
    : `  int16_t x[${upper}_INPUTS];
  read_frame(x);
  network.step(x);`;
  return `void loop()
{
  static unsigned long due = 0;${every ? '' : '\n  static uint16_t steps = 0;'}
  if ((long)(millis() - due) < 0) return;
  due += STEP_MS;

${step}
${answers}
}
`;
}
