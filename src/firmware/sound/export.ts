import { cepstrumShift, logarithmBits, logarithms, type IntegerSound } from '../../features/index.js';
import { checkPrefix } from '../c99.js';
import { commentText } from '../c99/interface.js';
import { cepstrumFunction, melFunctions, plainWindow, shapedWindow } from './features.js';
import { firstFours, firstPairs, transformFunctions } from './transform.js';

/** The features that a network reads, and how frames become the inputs of its steps. */
export interface SoundInputs {
  readonly sound: IntegerSound;
  /** A step reads so many frames, the oldest first, and the next step's begin `stride` later; each frame is a step when absent. */
  readonly stack?: { readonly frames: number; readonly stride: number } | undefined;
}

/** How the front end's C is written. */
export interface ExportFrontendOptions {
  /** Begins every name in the C, as in `exportC`. */
  readonly prefix: string;
}

/**
 * Integer features of sound as portable C99: `PREFIX_frontend.h` and `PREFIX_frontend.c`, with
 *
 * ```c
 * typedef struct { … } PREFIX_frontend;                             // one microphone's memory
 * void PREFIX_frontend_reset(PREFIX_frontend *);
 * uint16_t PREFIX_frontend_push(PREFIX_frontend *, const int16_t *samples, uint16_t count);   // takes what fits, and tells how many
 * const int16_t *PREFIX_frontend_inputs(PREFIX_frontend *);         // what PREFIX_step takes next, or 0: push more samples
 * ```
 *
 * so that a loop over what a microphone gave, in pieces of any size, is
 *
 * ```c
 * while (count > 0) {
 *   uint16_t taken = PREFIX_frontend_push(&ears, samples, count);
 *   const int16_t *x = PREFIX_frontend_inputs(&ears);
 *   samples += taken;
 *   count -= taken;
 *   if (x) PREFIX_step(&state, x);
 * }
 * ```
 *
 * The frames are those of `IntegerSoundStream`, bit for bit: `docs/frontend.md` defines them. No heap, no floating point, no variables of
 * static storage; tables lie in flash on AVR.
 *
 * @throws ExportError when the prefix is no C identifier, is reserved by C, or is too long.
 */
export function exportFrontend(inputs: SoundInputs, { prefix }: ExportFrontendOptions): Record<string, string> {
  checkPrefix(prefix);
  const named = (text: string) =>
    text.replaceAll('UPPER', `${prefix.toUpperCase()}_FRONTEND`).replaceAll('PREFIX', `${prefix}_frontend`);
  return {
    [`${prefix}_frontend.h`]: named(header(inputs)),
    [`${prefix}_frontend.c`]: named(source(inputs.sound, `${prefix}_frontend.h`)),
  };
}

/** Bytes of RAM of one microphone: `PREFIX_frontend`. */
export function frontendBytes({ sound, stack = { frames: 1, stride: 1 } }: SoundInputs): number {
  const { window, transform, bits } = sound;
  return 2 * (1 + window + transform + stack.frames * bits.length) + 4;
}

/** What the features are, in lines. */
function description({ settings, window, hop, bits }: IntegerSound): string[] {
  const { kind, rate, shape, transform, filters, lowest, highest, preEmphasis, mfcc } = settings;
  const units = new Set(bits);
  return [
    `Features of sound at ${rate} Hz: windows of ${window} samples each ${hop}, ${shape}, pre-emphasis ${preEmphasis}, transform of ${transform},`,
    `${filters} mel filters from ${lowest} to ${highest} Hz; ${kind === 'mfcc' && mfcc ? `${mfcc.coefficients} cepstral coefficients` : 'natural logarithms of their energies'}.`,
    units.size === 1
      ? `One count of a feature is 2^-${bits[0]}.`
      : `One count of each feature: ${Array.from(bits, (own) => `2^-${own}`).join(', ')}.`,
    '',
    'Written by fastgrnn. What it computes is defined to the last bit in docs/frontend.md of fastgrnn.',
  ];
}

function header({ sound, stack = { frames: 1, stride: 1 } }: SoundInputs): string {
  const { settings, window, hop, transform, bits } = sound;
  return `/*
${description(sound)
  .map((line) => ` * ${commentText(line)}`.trimEnd())
  .join('\n')}
 */
#ifndef UPPER_H
#define UPPER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define UPPER_RATE ${settings.rate} /* samples a second */
#define UPPER_WINDOW ${window} /* samples */
#define UPPER_HOP ${hop} /* samples from one frame to the next */
#define UPPER_FEATURES ${bits.length} /* values of a frame */
#define UPPER_FRAMES ${stack.frames} /* of a step of the network */
#define UPPER_STRIDE ${stack.stride} /* frames from one step to the next */

/* The memory of one microphone. */
typedef struct {
  int16_t heard[1 + UPPER_WINDOW]; /* the sample before the window, then the window as far as it has been heard */
  int16_t work[${transform}]; /* of the transform */
  int16_t inputs[UPPER_FRAMES * UPPER_FEATURES]; /* of the network's next step, the oldest frame first */
  uint16_t filled; /* samples of the window */
  int16_t frames; /* in the inputs; below 0, so many are left out */
} PREFIX;

/* Begins a sound. Call it once before the first sample, and to forget the past. */
void PREFIX_reset(PREFIX *f);

/*
 * Takes samples, 16 bits each, up to the end of the window, and returns how many it has taken: copying alone. It takes none while a
 * frame waits to be asked for.
 */
uint16_t PREFIX_push(PREFIX *f, const int16_t *samples, uint16_t count);

/*
 * Makes a frame where its window is full. Returns the UPPER_FRAMES * UPPER_FEATURES inputs of the network's next step where all
 * its frames are there; else 0: push more samples. They stay there until the next call.
 */
const int16_t *PREFIX_inputs(PREFIX *f);

#ifdef __cplusplus
}
#endif

#endif
`;
}

function source(sound: IntegerSound, headerName: string): string {
  const { settings, transform, transformBits, preEmphasis, shape, matrix, edges } = sound;
  const ofFour = transformBits % 2 === 1;
  const plain = preEmphasis === 0 && !shape;
  const first = ofFour ? firstFours : firstPairs;
  return `/* See ${headerName}. The steps are those of docs/frontend.md of fastgrnn. */
#include "${headerName}"

#define UPPER_TRANSFORM ${transform}u
#define UPPER_FILTERS ${settings.filters}
#define UPPER_FIRST_BIN ${edges[0]}
#define UPPER_FLOOR (${sound.floor}) /* least log2 of an energy, in units of 2^-10 */
#define UPPER_FIRST_BITS ${ofFour ? 12 : 13} /* what the first stage may be given without a shift */
#define UPPER_FIRST_POINTS ${ofFour ? 4 : 2}u

${macros}
/* C99 leaves the shift of a negative number to the compiler. Here it must be arithmetic, as it is everywhere. */
typedef char PREFIX_needs_arithmetic_shift[(-1 >> 1) == -1 ? 1 : -1];

${tables(sound)}
${transformFunctions.replace('FIRST_STAGE', first)}
${plain ? plainWindow : shapedWindow(preEmphasis, shape !== undefined)}
${melFunctions.replace('LOGARITHM', logarithmOf(sound))}
${matrix ? cepstrumFunction.replace('COEFFICIENT', coefficientOf(sound)) : ''}
${interfaceFunctions(sound)}`;
}

const macros = `/* Constant tables lie in flash on AVR, out of reach of plain pointers. */
#if defined(__AVR__)
#include <avr/pgmspace.h>
#define UPPER_TABLE PROGMEM
#define UPPER_READ8(p) pgm_read_byte(p)
#define UPPER_READ16(p) ((int16_t)pgm_read_word(p))
#define UPPER_READU16(p) pgm_read_word(p)
#else
#define UPPER_TABLE
#define UPPER_READ8(p) (*(p))
#define UPPER_READ16(p) (*(p))
#define UPPER_READU16(p) (*(p))
#endif

`;

function tables(sound: IntegerSound): string {
  const { sines, edges, rising, shape, matrix } = sound;
  const list = (values: ArrayLike<number>) =>
    (
      Array.from(values)
        .join(', ')
        .match(/.{1,118}(,|$)/g) ?? []
    )
      .map((line) => `  ${line.trim()}`)
      .join('\n');
  const table = (comment: string, type: string, name: string, values: ArrayLike<number>) =>
    `/* ${comment} */\nstatic const ${type} PREFIX_${name}[${values.length}] UPPER_TABLE = {\n${list(values)}\n};\n`;
  const bins = Array.from({ length: edges.length - 1 }, (_, i) => edges[i + 1]! - edges[i]!);
  const uniform = isUniform(sound);
  return [
    table('2^14 sin(2 pi j / N)', 'int16_t', 'sines', sines),
    ...(shape ? [table('2^15 times the window', 'uint16_t', 'shape', shape)] : []),
    table('2^15 log2(1 + i / 32)', 'uint16_t', 'logs', logarithms),
    table('Bins of the spectrum between two corners of the filters', 'uint8_t', 'bins', bins),
    table('2^8 times the weight of each bin in the filter that rises there', 'uint8_t', 'rising', rising),
    ...(matrix ? [table(`2^${sound.matrixBits} times the cosine transform`, 'int16_t', 'matrix', matrix)] : []),
    ...(uniform ? [] : [table('Fractional bits of each feature', 'uint8_t', 'fraction', sound.bits)]),
  ].join('\n');
}

const isUniform = ({ bits }: IntegerSound): boolean => new Set(bits).size === 1;

/** The natural logarithm of `level`, as an expression. */
function logarithmOf(sound: IntegerSound): string {
  const shifts = logarithmBits(sound);
  if (sound.matrix || isUniform(sound)) {
    const shift = 25 - shifts[0]!;
    return `PREFIX_saturated((level * 22713 + ${2 ** (shift - 1)}) >> ${shift})`;
  }
  const shift = '(25 - UPPER_READ8(PREFIX_fraction + piece - 1))';
  return `PREFIX_saturated((level * 22713 + ((int32_t)1 << (${shift} - 1))) >> ${shift})`;
}

function coefficientOf(sound: IntegerSound): string {
  if (isUniform(sound)) {
    const shift = cepstrumShift(sound, 0);
    return `PREFIX_saturated((sum + ${2 ** (shift - 1)}) >> ${shift})`;
  }
  const shift = `(${cepstrumShift(sound, 0) + sound.bits[0]!} - UPPER_READ8(PREFIX_fraction + c))`;
  return `PREFIX_saturated((sum + ((int32_t)1 << (${shift} - 1))) >> ${shift})`;
}

function interfaceFunctions({ matrix, transformBits, settings }: IntegerSound): string {
  const features = matrix
    ? `  int16_t logs[${settings.filters}];\n  PREFIX_bands(f->work, scale, logs);\n  PREFIX_cepstrum(logs, out);`
    : '  PREFIX_bands(f->work, scale, out);';
  return `/* The features of the window */
static void PREFIX_frame(PREFIX *f, int16_t *out)
{
  int_fast8_t exponent;
  int32_t scale = UPPER_FLOOR - 65536; /* of silence: below the floor whatever is added */
  const uint_fast16_t magnitudes = PREFIX_load(f, &exponent);
  if (magnitudes != 0) {
    exponent = (int_fast8_t)(exponent + PREFIX_power(f->work, magnitudes));
    scale = 1024 * (2 * (int32_t)exponent - ${10 + transformBits});
  }
  {
  ${features.replaceAll('\n', '\n  ')}
  }
}

void PREFIX_reset(PREFIX *f)
{
  f->filled = 0;
  f->frames = 0;
  f->heard[0] = 0;
}

uint16_t PREFIX_push(PREFIX *f, const int16_t *samples, uint16_t count)
{
  int16_t *to = f->heard + 1 + f->filled;
  uint16_t i;
  if (count > UPPER_WINDOW - f->filled) count = (uint16_t)(UPPER_WINDOW - f->filled);
  for (i = 0; i < count; i++) to[i] = samples[i];
  f->filled = (uint16_t)(f->filled + count);
  return count;
}

const int16_t *PREFIX_inputs(PREFIX *f)
{
  uint_fast16_t i;
  if (f->filled < UPPER_WINDOW) return 0;
  if (f->frames == UPPER_FRAMES) {
#if UPPER_FRAMES > UPPER_STRIDE
    for (i = 0; i < (UPPER_FRAMES - UPPER_STRIDE) * UPPER_FEATURES; i++) f->inputs[i] = f->inputs[i + UPPER_STRIDE * UPPER_FEATURES];
#endif
    f->frames = UPPER_FRAMES - UPPER_STRIDE;
  }
  if (f->frames >= 0) PREFIX_frame(f, f->inputs + UPPER_FEATURES * f->frames);
  f->frames++;
  for (i = 0; i <= UPPER_WINDOW - UPPER_HOP; i++) f->heard[i] = f->heard[i + UPPER_HOP];
  f->filled = UPPER_WINDOW - UPPER_HOP;
  return f->frames == UPPER_FRAMES ? f->inputs : 0;
}
`;
}
