import { cos, Random, sin } from '../math/index.js';
import { rowSeed, streams } from './batches.js';
import { isSpectral, type SpectralSettings } from './spectral.js';

/** The recipe's `training.augment`, resolved: how strongly sequences are changed at random; 0 of each for not at all. */
export interface AugmentSettings extends SpectralSettings {
  readonly rotate: number;
  readonly shift: number;
  readonly scale: number;
  readonly noise: number;
}

/** A random change of one sequence: physical values are multiplied by `matrix` in groups of three channels, and moved in time. */
export interface Augmentation {
  /** Row-major 3 x 3: a rotation times `size`. */
  readonly matrix: Float64Array;
  /** The change of scale; channels outside a group of three have only this. */
  size: number;
  /** Steps by which the sequence is delayed; its first or last step fills the gap. */
  shift: number;
  /** What it was drawn from; the row's noise is drawn on. */
  readonly random: Random;
}

/** Room for one. */
export function emptyAugmentation(): Augmentation {
  return { matrix: new Float64Array(9), size: 1, shift: 0, random: new Random(0) };
}

export function isAugmented(settings: AugmentSettings): boolean {
  return isTurned(settings) || settings.shift > 0 || settings.noise > 0 || isSpectral(settings);
}

/** Whether the axes of a sensor are turned or scaled. */
export function isTurned({ rotate, scale }: AugmentSettings): boolean {
  return rotate > 0 || scale > 0;
}

/**
 * Draws the augmentation of one row in one epoch into `out`; a function of (seed, epoch, row), whoever computes it.
 * The rotation is by three angles about x, y and z, each normal with the deviation `rotate` in degrees: a sensor that is worn askew.
 */
export function drawAugmentation(
  out: Augmentation,
  settings: AugmentSettings,
  seed: number,
  epoch: number,
  row: number,
): void {
  const { random } = out;
  random.restart(rowSeed(seed, row), streams.augment + epoch);
  const degrees = settings.rotate * (Math.PI / 180);
  const turned = settings.rotate > 0;
  const x = turned ? random.normal() * degrees : 0;
  const y = turned ? random.normal() * degrees : 0;
  const z = turned ? random.normal() * degrees : 0;
  const size = 1 + settings.scale * (2 * random.uniform() - 1);
  const [sx, cx, sy, cy, sz, cz] = [sin(x), cos(x), sin(y), cos(y), sin(z), cos(z)];
  const m = out.matrix;
  // Rz Ry Rx
  m[0] = size * (cz * cy);
  m[1] = size * (cz * sy * sx - sz * cx);
  m[2] = size * (cz * sy * cx + sz * sx);
  m[3] = size * (sz * cy);
  m[4] = size * (sz * sy * sx + cz * cx);
  m[5] = size * (sz * sy * cx - cz * sx);
  m[6] = size * -sy;
  m[7] = size * (cy * sx);
  m[8] = size * (cy * cx);
  out.size = size;
  out.shift = settings.shift > 0 ? random.below(2 * settings.shift + 1) - settings.shift : 0;
}
