import { soundLengths, type SoundSettings } from './sound.js';

/** How frames are made of sound, in a sentence: what `inspect` and the comment of exported C say. */
export function describeSound(settings: SoundSettings): string {
  const { kind, rate, shape, preEmphasis, transform, filters, lowest, highest, corners, floor, deltas } = settings;
  const { window, hop } = soundLengths(settings);
  const { mfcc, pcen } = settings;
  const what = {
    logMel: `${filters} log mel energies`,
    mfcc: `${mfcc?.coefficients} cepstral coefficients (lifter ${mfcc?.lifter}) of ${filters} log mel energies`,
    pcen: `${filters} mel energies under PCEN (gain ${pcen?.gain}, bias ${pcen?.bias}, power ${pcen?.power}, ${pcen?.time} ms, eps ${pcen?.eps})`,
  };
  const slopes = ['', ' with slopes', ' with slopes and their slopes'];
  return [
    `${what[kind]}${slopes[deltas]} each ${settings.hop} ms, of ${shape} windows of ${settings.window} ms`,
    `at ${rate} Hz (${window} samples each ${hop}, transform ${transform})`,
    `filters from ${lowest} to ${highest} Hz, corners ${corners === 'bins' ? 'on bins' : 'at their frequencies'}`,
    ...(kind === 'pcen' ? [] : [`energies from ${Number(floor.toPrecision(3))} on`]),
    preEmphasis === 0 ? 'no pre-emphasis' : `pre-emphasis ${preEmphasis}`,
  ].join(', ');
}
