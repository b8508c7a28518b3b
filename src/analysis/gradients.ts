import type { Trajectory } from './trajectory.js';

/** dL / dh_t for t from 0 to T, [H] each: the loss's gradient for the state of each step, later steps included. */
export function stateGradients(trajectory: Trajectory, label: number): Float64Array[] {
  const { steps } = trajectory;
  const gradients = [trajectory.loss(label).gradient];
  const H = gradients[0].length;
  for (let t = steps; t > 0; t--) {
    const jacobian = trajectory.jacobian(t);
    const after = gradients[gradients.length - 1];
    const before = new Float64Array(H);
    for (let i = 0; i < H; i++) {
      for (let j = 0; j < H; j++) before[j] += jacobian[i * H + j] * after[i];
    }
    gradients.push(before);
  }
  return gradients.toReversed();
}
