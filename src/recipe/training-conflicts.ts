import type { Recipe } from './schema.js';

/** Energies have no axes that could be turned, and sensors' values are none. Tokens are names, which nothing changes by a little. */
export function augmentConflicts({ network, training }: Recipe): string[] {
  const { augment } = training;
  const changed = (Object.keys(augment) as (keyof typeof augment)[]).find((field) => isSet(augment[field]));
  if (network.embedding > 0 && changed !== undefined) {
    return [`training.augment.${changed}: is for numbers, but network.embedding reads tokens; leave it out`];
  }
  const forSensors = (['rotate', 'scale'] as const).find((field) => augment[field] > 0);
  const forSounds = soundChange(training);
  if (forSensors === undefined || forSounds === undefined) return [];
  return [
    `training.augment.${forSensors}: is for sensors and can't go with ${forSounds}, which is for sounds; leave one of them out`,
  ];
}

/** Milliseconds between the frames that kernels/spectra.c lets echo. */
const roomHop = 10;

/** What is done to sounds is done to logarithms of energies in neighbouring bands. */
export function soundConflicts({ features, training }: Recipe): string[] {
  const { kind, deltas, hop } = features.sound;
  if (isSet(training.augment.room) && hop !== roomHop) {
    return [
      `training.augment.room: is for features each ${roomHop} ms, and features.sound.hop is ${hop}; take it out, or set hop to ${roomHop}`,
    ];
  }
  const field = (['warp', 'loudness', 'background', 'room'] as const).find((name) => isSet(training.augment[name]));
  if (field === undefined || (kind === 'logMel' && deltas === 0)) return [];
  const found = kind === 'logMel' ? `deltas is ${deltas}` : `kind is ${kind}`;
  return [
    `training.augment.${field}: changes log mel energies, but features.sound.${found}; take it out, or set kind to logMel and deltas to 0`,
  ];
}

/** Second targets are distributions over classes, one for each sequence, from one source. */
export function softTargetConflicts({ network, training }: Recipe): string[] {
  const mixes = (training.augment.mixup ?? 0) > 0;
  const field = training.teacher ? 'training.teacher' : mixes ? 'training.augment.mixup' : undefined;
  if (field === undefined) return [];
  const problems: string[] = [];
  if (network.head !== 'softmax' || network.output === 'every') {
    problems.push(`${field}: is for networks that give one class of a whole recording; take it out`);
  }
  if (training.teacher && mixes) {
    problems.push(
      'training.teacher: has said nothing of mixtures; set training.augment.mixup to 0, or take the teacher out',
    );
  }
  return problems;
}

/** The first field of `training.augment` that is set and has a meaning for energies in bands alone; undefined where there is none. */
export function soundChange({ augment }: Recipe['training']): string | undefined {
  return soundFields.find((field) => isSet(augment[field]));
}

const soundFields = ['warp', 'loudness', 'maskChannels', 'background', 'room'] as const;

function isSet(value: unknown): boolean {
  return value !== undefined && value !== 0;
}
