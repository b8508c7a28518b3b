import { cos, Random, sin } from '../math/index.js';
import { streams } from './batches.js';

export interface AugmentSettings {
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
}

export function isAugmented(settings: AugmentSettings): boolean {
  return settings.rotate > 0 || settings.shift > 0 || settings.scale > 0 || settings.noise > 0;
}

/**
 * Draws the augmentation of one row in one epoch into `out`; a function of (seed, epoch, row), whoever computes it.
 * The rotation is by three angles about x, y and z, each normal with the deviation `rotate` in degrees: a sensor that is worn askew.
 *
 * @returns the generator that it drew from, for the row's noise
 */
export function drawAugmentation(
  out: Augmentation,
  settings: AugmentSettings,
  seed: number,
  epoch: number,
  row: number,
): Random {
  const random = new Random((seed ^ Math.imul(row + 1, 0x9e3779b1)) >>> 0, streams.augment + epoch);
  const degrees = settings.rotate * (Math.PI / 180);
  const [x, y, z] =
    settings.rotate > 0 ? [random.normal() * degrees, random.normal() * degrees, random.normal() * degrees] : [0, 0, 0];
  const size = 1 + settings.scale * (2 * random.uniform() - 1);
  const [sx, cx, sy, cy, sz, cz] = [sin(x), cos(x), sin(y), cos(y), sin(z), cos(z)];
  // Rz Ry Rx
  out.matrix.set([
    cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx,
    sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx,
    -sy, cy * sx, cy * cx,
  ]); // prettier-ignore
  for (let i = 0; i < 9; i++) out.matrix[i] *= size;
  out.size = size;
  out.shift = settings.shift > 0 ? random.below(2 * settings.shift + 1) - settings.shift : 0;
  return random;
}
