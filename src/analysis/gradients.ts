import type { Trajectory } from './trajectory.js';

/**
 * dL / dh_t for t from 0 to T: the loss's gradient for the state of each step, later steps included, [S] each; of an LSTM for h and c.
 */
export function stateGradients(trajectory: Trajectory, label: number): Float64Array[] {
  const { steps, width: H } = trajectory;
  const last = new Float64Array(H);
  last.set(trajectory.loss(label).gradient);
  const gradients = [last];
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
