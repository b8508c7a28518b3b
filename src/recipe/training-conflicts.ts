import type { Recipe } from './schema.js';

/** Changes of sounds and those of sensors' axes are made by different means. */
export function augmentConflicts(augment: Recipe['training']['augment']): string[] {
  const forSensors = (['rotate', 'scale'] as const).find((field) => augment[field] > 0);
  const forSounds = soundFields.find((field) => augment[field] !== undefined && augment[field] !== 0);
  if (forSensors === undefined || forSounds === undefined) return [];
  return [
    `training.augment.${forSensors}: is for sensors and can't go with ${forSounds}, which is for sounds; leave one of them out`,
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

const soundFields = [
  'stretch',
  'warp',
  'loudness',
  'maskFrames',
  'maskChannels',
  'background',
  'room',
  'mixup',
] as const;
