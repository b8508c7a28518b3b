import { IntegerInterpreter, stepInputs } from '../../integer/index.js';
import { testInputs } from '../vectors.js';
import type { Library } from './options.js';

const sequences = 4;
/** What the inputs of the example may take of a board's flash. */
const inputBytes = 2048;
const mostSteps = 16;

/** What the replay must print, and what stands in its vectors. */
export interface Replay {
  readonly steps: number;
  /** [sequences][steps * inputs] */
  readonly inputs: readonly Int16Array[];
  /** Of the bytes of all hidden states of a sequence, [sequences]. */
  readonly hashes: readonly number[];
  /** [sequences][L] */
  readonly logits: readonly Int32Array[];
}

/** FNV-1a over the bytes of a state, the low byte of each value first. */
function hashState(hash: number, state: Int16Array): number {
  let value = hash;
  for (const unit of state) {
    value = Math.imul(value ^ (unit & 255), 16777619);
    value = Math.imul(value ^ ((unit >> 8) & 255), 16777619);
  }
  return value >>> 0;
}

/** Four kinds of sequences, some of which saturate, and what the definition gives for them. */
export function replayOf({ network }: Library): Replay {
  const width = stepInputs(network);
  const steps = Math.max(1, Math.min(mostSteps, Math.floor(inputBytes / (2 * width * sequences))));
  const inputs = testInputs(network, { sequences, steps });
  const interpreter = new IntegerInterpreter(network);
  const hashes: number[] = [];
  const logits = inputs.map((values) => {
    interpreter.reset();
    let hash = 2166136261;
    for (let at = 0; at < values.length; at += width) {
      interpreter.step(values, at);
      hash = hashState(hash, interpreter.h);
    }
    hashes.push(hash);
    return interpreter.logits().slice();
  });
  return { steps, inputs, hashes, logits };
}

/** `vectors.h`, for the sketch and for the host. */
export function vectorsHeader({ prefix, upper }: Library, { steps, inputs, hashes, logits }: Replay): string {
  const rows = (values: readonly ArrayLike<number>[]) =>
    values.map((row) => `  {${wrap(Array.from(row, String).join(', '))}}`).join(',\n');
  return `/* Test vectors of ${prefix}: inputs over the whole of int16, and what the definition of the network gives for them. */
#ifndef ${upper}_VECTORS_H
#define ${upper}_VECTORS_H

#include "${prefix}.h"

#if defined(__AVR__)
#include <avr/pgmspace.h>
#define ${upper}_VECTORS PROGMEM
#define ${upper}_INPUT_AT(p) ((int16_t)pgm_read_word(p))
#define ${upper}_WORD_AT(p) (pgm_read_dword(p))
#else
#define ${upper}_VECTORS
#define ${upper}_INPUT_AT(p) (*(p))
#define ${upper}_WORD_AT(p) ((uint32_t)*(p))
#endif

#define ${upper}_SEQUENCES ${inputs.length}
#define ${upper}_STEPS ${steps}

static const int16_t ${prefix}_inputs[${upper}_SEQUENCES][${upper}_STEPS * ${upper}_INPUTS] ${upper}_VECTORS = {
${rows(inputs)}
};

/* FNV-1a of the bytes of all hidden states of a sequence, the low byte of a value first */
static const uint32_t ${prefix}_hashes[${upper}_SEQUENCES] ${upper}_VECTORS = {${hashes.map((hash) => `${hash}u`).join(', ')}};

/* After the last step */
static const int32_t ${prefix}_expected[${upper}_SEQUENCES][${upper}_CLASSES] ${upper}_VECTORS = {
${rows(logits)}
};

static uint32_t ${prefix}_hash(uint32_t hash, const int16_t *h)
{
  uint8_t j;
  for (j = 0; j < ${upper}_HIDDEN; j++) {
    uint16_t unit = (uint16_t)h[j];
    hash = (hash ^ (unit & 255u)) * 16777619u;
    hash = (hash ^ (unit >> 8)) * 16777619u;
  }
  return hash;
}

#endif
`;
}

function wrap(list: string): string {
  return list.length <= 100 ? list : `\n${list.replaceAll(/(.{1,104}(?:,|$)) ?/g, '    $1\n').trimEnd()}`;
}

/** `Replay.ino`: every state and logit over the serial line, each sequence compared with what it must be. */
export function replaySketch({ prefix, upper }: Library): string {
  return `/*
 * Replays test vectors on the board: prints every hidden state and the logits at 115200 baud, and whether they are what they
 * must be, to the last bit. The lines can be compared with those of any other board.
 */
#include <Arduino.h>
#include <${prefix}.hpp>
#include "vectors.h"

static ${prefix}_network network;

static void print_state(const int16_t *h)
{
  Serial.print(F("h"));
  for (uint8_t j = 0; j < ${upper}_HIDDEN; j++) {
    Serial.print(' ');
    Serial.print(h[j]);
  }
  Serial.println();
}

/* Prints the logits; whether they are the expected ones. */
static bool print_logits(uint8_t sequence)
{
  int32_t logits[${upper}_CLASSES];
  bool equal = true;
  network.logits(logits);
  Serial.print(F("logits"));
  for (uint8_t l = 0; l < ${upper}_CLASSES; l++) {
    Serial.print(' ');
    Serial.print((long)logits[l]);
    if ((uint32_t)logits[l] != ${upper}_WORD_AT(&${prefix}_expected[sequence][l])) equal = false;
  }
  Serial.println();
  return equal;
}

static bool replay(uint8_t sequence)
{
  uint32_t hash = 2166136261u;
  network.reset();
  for (uint8_t t = 0; t < ${upper}_STEPS; t++) {
    int16_t x[${upper}_INPUTS];
    for (uint8_t i = 0; i < ${upper}_INPUTS; i++) {
      x[i] = ${upper}_INPUT_AT(&${prefix}_inputs[sequence][(uint16_t)t * ${upper}_INPUTS + i]);
    }
    network.step(x);
    print_state(network.hidden());
    hash = ${prefix}_hash(hash, network.hidden());
  }
  const bool states = hash == ${upper}_WORD_AT(&${prefix}_hashes[sequence]);
  return print_logits(sequence) && states;
}

void setup()
{
  uint8_t wrong = 0;
  Serial.begin(115200);
  while (!Serial) {
  }
  for (uint8_t sequence = 0; sequence < ${upper}_SEQUENCES; sequence++) {
    const bool equal = replay(sequence);
    if (!equal) wrong++;
    Serial.print(F("sequence "));
    Serial.print(sequence);
    Serial.println(equal ? F(": as it must be") : F(": DIFFERENT"));
  }
  Serial.println(wrong == 0 ? F("done: every value is right") : F("done: NOT RIGHT"));
  Serial.flush();
}

void loop()
{
}
`;
}

/** `extras/replay.c`: the same on the host; exits with 1 where a value differs. */
export function replayProgram({ prefix, upper }: Library): string {
  return `/* Replays the test vectors on this machine: exits with 1 where a value isn't what it must be, to the last bit. */
#include <stdio.h>

#include "../examples/Replay/vectors.h"

int main(void)
{
  static ${prefix}_state state;
  int s, t, l, wrong = 0;
  for (s = 0; s < ${upper}_SEQUENCES; s++) {
    int32_t logits[${upper}_CLASSES];
    uint32_t hash = 2166136261u;
    ${prefix}_reset(&state);
    for (t = 0; t < ${upper}_STEPS; t++) {
      ${prefix}_step(&state, &${prefix}_inputs[s][t * ${upper}_INPUTS]);
      hash = ${prefix}_hash(hash, state.h);
    }
    ${prefix}_logits(&state, logits);
    if (hash != ${prefix}_hashes[s]) {
      printf("sequence %d: a hidden state differs\\n", s);
      wrong = 1;
    }
    for (l = 0; l < ${upper}_CLASSES; l++) {
      if (logits[l] != ${prefix}_expected[s][l]) {
        printf("sequence %d: logit %d is %ld, not %ld\\n", s, l, (long)logits[l], (long)${prefix}_expected[s][l]);
        wrong = 1;
      }
    }
  }
  puts(wrong ? "NOT RIGHT" : "every value is right");
  return wrong;
}
`;
}
