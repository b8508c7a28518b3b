import type { Library } from './options.js';

/** Sketches that listen to a microphone, path to text: by PDM, and by I2S. */
export function microphoneSketches(library: Library): Record<string, string> {
  return {
    'examples/MicrophonePDM/MicrophonePDM.ino': pdmSketch(library),
    'examples/MicrophoneI2S/MicrophoneI2S.ino': i2sSketch(library),
  };
}

/** The microphones of the Arduino Nano 33 BLE Sense (nRF52840) and Nano RP2040 Connect. */
function pdmSketch(library: Library): string {
  const { upper } = library;
  return `/*
 * Listens by a PDM microphone, as the Arduino Nano 33 BLE Sense (nRF52840) and the Nano RP2040 Connect have, with the library PDM of
 * their cores, and prints at 115200 baud what the network hears.
 *
 * What follows the microphone was compiled and compared on a host; the sketch was not compiled for these boards.
 */
#include <Arduino.h>
#include <PDM.h>
${includes(library)}
/* How loud the microphone is, in its library's units; samples should reach some thousands when one speaks. */
static const int GAIN = 20;

/* Sound on its way from the microphone's interrupt to loop(): a quarter of a second and more. */
enum { RING = 4096 };
static int16_t ring[RING];
static volatile uint32_t heard_samples, taken_samples;
static volatile bool late;

static void on_sound()
{
  int16_t piece[256];
  int bytes = PDM.available();
  while (bytes > 0) {
    const int read = PDM.read(piece, bytes < (int)sizeof piece ? bytes : (int)sizeof piece);
    if (read <= 0) return;
    for (int i = 0; i < read / 2; i++) {
      if (heard_samples - taken_samples == RING) late = true; /* loop() is too slow: this sample is lost */
      else ring[heard_samples++ % RING] = piece[i];
    }
    bytes -= read;
  }
}

${hearing(library)}
void setup()
{
  Serial.begin(115200);
  ${resets(library)}
  PDM.onReceive(on_sound);
  PDM.setGain(GAIN);
  if (!PDM.begin(1, ${upper}_FRONTEND_RATE)) {
    Serial.println("the microphone doesn't start");
    for (;;) delay(1000);
  }
}

void loop()
{
  while (taken_samples != heard_samples) {
    const uint16_t start = taken_samples % RING;
    const uint32_t waiting = heard_samples - taken_samples;
    const uint16_t count = waiting < (uint32_t)(RING - start) ? waiting : RING - start;
    hear(&ring[start], count);
    taken_samples += count;
  }
  if (late) {
    late = false;
    Serial.println("sound was lost: the processor is too slow for this network");
  }
}
`;
}

/** A microphone such as INMP441, ICS-43434 or SPH0645 on an ESP32. */
function i2sSketch(library: Library): string {
  const { upper } = library;
  return `/*
 * Listens by an I2S microphone (INMP441, ICS-43434, SPH0645) on an ESP32, with the library ESP_I2S of its core 3, and prints at 115200
 * baud what the network hears. Connect the microphone's SCK, WS and SD as below, L/R to ground.
 *
 * What follows the microphone was compiled and compared on a host; the sketch was not compiled for this board.
 */
#include <Arduino.h>
#include <ESP_I2S.h>
${includes(library)}
static const int PIN_SCK = 26, PIN_WS = 25, PIN_SD = 33;

/* Bits that a sample of 32 loses on its way to 16: 16 for the plain upper half; each less is twice as loud. */
static const int SHIFT = 14;

static I2SClass microphone;

${hearing(library)}
void setup()
{
  Serial.begin(115200);
  ${resets(library)}
  microphone.setPins(PIN_SCK, PIN_WS, -1, PIN_SD);
  if (!microphone.begin(I2S_MODE_STD, ${upper}_FRONTEND_RATE, I2S_DATA_BIT_WIDTH_32BIT, I2S_SLOT_MODE_MONO)) {
    Serial.println("the microphone doesn't start");
    for (;;) delay(1000);
  }
}

void loop()
{
  int32_t wide[128];
  int16_t samples[128];
  const uint16_t count = microphone.readBytes((char *)wide, sizeof wide) / sizeof wide[0];
  for (uint16_t i = 0; i < count; i++) {
    const int32_t value = wide[i] >> SHIFT;
    samples[i] = value > 32767 ? 32767 : value < -32768 ? -32768 : (int16_t)value;
  }
  hear(samples, count);
}
`;
}

function includes({ prefix, detector }: Library): string {
  const headers = [`${prefix}.hpp`, `${prefix}_frontend.h`, ...(detector ? [`${prefix}_detector.h`] : [])];
  return headers.map((name) => `#include <${name}>\n`).join('');
}

function resets({ prefix, detector }: Library): string {
  return `${prefix}_frontend_reset(&ears);
  ${detector ? `${prefix}_detector_reset(&stream)` : `${prefix}_reset(&stream)`};`;
}

/** From samples to words: the same whatever the microphone. */
function hearing(library: Library): string {
  const { prefix, detector } = library;
  return `static ${prefix}_frontend ears;
static ${prefix}_${detector ? 'detector' : 'state'} stream;

${answering(library)}
/* Takes any number of samples, 16 bits each. */
static void hear(const int16_t *samples, uint16_t count)
{
  while (count > 0) {
    const uint16_t taken = ${prefix}_frontend_push(&ears, samples, count);
    const int16_t *x = ${prefix}_frontend_inputs(&ears);
    samples += taken;
    count -= taken;
    if (x) step(x);
  }
}
`;
}

/** A step of the network, and what is printed after it. */
function answering({ prefix, upper, detector, every, steps, head }: Library): string {
  if (detector) {
    return `/* A step of the network; an event is printed once. */
static void step(const int16_t *x)
{
  const int word = ${prefix}_detector_step(&stream, x);
  if (word >= 0) Serial.println(${prefix}_network::name(word));
}
`;
  }
  const answer =
    head === 'softmax'
      ? `  Serial.println(${prefix}_network::name(${prefix}_predict(&stream)));`
      : `  int32_t logits[${upper}_CLASSES];
  ${prefix}_logits(&stream, logits);
  for (uint8_t l = 0; l < ${upper}_CLASSES; l++) {
    Serial.print(${prefix}_network::name(l));
    Serial.print(' ');
    Serial.println((long)logits[l]);
  }`;
  if (every) {
    return `/* A step of the network, which answers after each. */
static void step(const int16_t *x)
{
  ${prefix}_step(&stream, x);
${answer}
}
`;
  }
  return `/* Steps until the network answers and forgets: as many as its sequences had in training. */
static const uint16_t LISTEN = ${steps};

/* A step of the network. For one that listens for ever, train it with a detector. */
static void step(const int16_t *x)
{
  static uint16_t done = 0;
  ${prefix}_step(&stream, x);
  if (++done < LISTEN) return;
  done = 0;
${answer}
  ${prefix}_reset(&stream);
}
`;
}
