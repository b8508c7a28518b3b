import * as z from 'zod/mini';
import { choice, field, fraction, integer, number, positive } from '../fields.js';
import {
  filterCorners,
  paperSound,
  soundArithmetics,
  soundKinds,
  usualCepstrum,
  usualPcen,
  windowShapes,
} from '../sound.js';

/** How recordings of sound become the frames that the network reads. */
export const sound = z.strictObject({
  kind: choice(
    'What becomes of sounds: logarithms of the energies in mel bands, cepstral coefficients, energies normalised to their recent past (pcen), or nothing: the samples as they are, for which no other field of this group counts.',
    [...soundKinds, 'samples'],
    paperSound.kind,
  ),
  arithmetic: choice(
    'What the features are computed in: float, or the whole numbers of the front end that goes to the device, bit for bit (integer: logMel and mfcc without deltas).',
    soundArithmetics,
    paperSound.arithmetic,
  ),
  rate: integer('Samples a second; sounds of other rates are resampled.', 1000, 192_000, paperSound.rate),
  window: positive('Length of a window in milliseconds.', 1000, paperSound.window),
  hop: positive(
    'Milliseconds from the start of one window to the start of the next; at most window.',
    1000,
    paperSound.hop,
  ),
  shape: choice(
    'What each window is multiplied by; povey is a Hann window to the power 0.85.',
    windowShapes,
    paperSound.shape,
  ),
  preEmphasis: fraction('a in y[n] = x[n] - a x[n - 1], which lifts high frequencies; 0 for none.', 0, 'zero allowed'),
  transform: field(
    z.optional(z.int().check(z.gte(4), z.lte(65_536))),
    'Length of the Fourier transform in samples; without it the least power of two that holds a window.',
    'a power of two from 4 to 65536',
  ),
  filters: integer('Mel filters.', 1, 255, paperSound.filters),
  lowest: number('Hz: where the lowest filter begins.', 0, 96_000, paperSound.lowest),
  highest: field(
    z.optional(z.number().check(z.gt(0), z.lte(96_000))),
    'Hz: where the highest filter ends; without it half the rate.',
    'a number above 0, at most half the rate',
  ),
  corners: choice(
    "Where the filters' corners lie: on bins of the spectrum, rounded down, as in python_speech_features, or at their frequencies, as in HTK, librosa and torchaudio.",
    filterCorners,
    paperSound.corners,
  ),
  floor: positive(
    'Energies below count as it where a logarithm is taken, so that digital silence is a number; an energy is |X|^2 / transform of samples in counts of 16 bits.',
    1e12,
    paperSound.floor,
  ),
  deltas: field(
    z._default(z.literal([0, 1, 2]), paperSound.deltas),
    'Slopes of the features over five frames as further features: none, slopes, or slopes and their slopes; each delays a stream by two frames.',
    '0, 1 or 2',
  ),
  mfcc: z.prefault(
    z.strictObject({
      coefficients: integer('mfcc: coefficients, from the zeroth on.', 1, 255, usualCepstrum.coefficients),
      lifter: number(
        'mfcc: L in the weights 1 + L / 2 sin(pi n / L) of the coefficients; 0 for none.',
        0,
        255,
        usualCepstrum.lifter,
      ),
    }),
    {},
  ),
  pcen: z.prefault(
    z.strictObject({
      gain: number('pcen: how much of the smoothed energy is divided out.', 0, 1, usualPcen.gain),
      bias: number('pcen: what is added before the root.', 0, 1e6, usualPcen.bias),
      power: positive('pcen: the exponent of the root.', 1, usualPcen.power),
      time: positive('pcen: milliseconds, the time constant of the smoothing.', 60_000, usualPcen.time),
      eps: positive('pcen: what is added to the smoothed energy.', 1e12, usualPcen.eps),
    }),
    {},
  ),
});
