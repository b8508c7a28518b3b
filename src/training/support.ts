import { keptEntries } from '../compression/index.js';
import { tensorsOf, type Architecture, type TensorSpec } from '../network/index.js';

/** A matrix of the cell and how many of its entries hard thresholding keeps. */
export interface ThresholdedMatrix {
  readonly tensor: TensorSpec;
  readonly kept: number;
}

/** The matrices of the cell with the entries that the paper's s_w and s_u leave them; the classifier stays whole. */
export function thresholdedMatrices(
  arch: Architecture,
  sparsity: { readonly wSparsity: number; readonly uSparsity: number },
): ThresholdedMatrix[] {
  return tensorsOf(arch)
    .filter((tensor) => tensor.role === 'matrix')
    .map((tensor) => ({
      tensor,
      kept: keptEntries(tensor.size, tensor.local.startsWith('W') ? sparsity.wSparsity : sparsity.uSparsity),
    }));
}

/** Marks, in the optimiser's `decay`, what weight decay concerns: matrices and the classifier. */
export function markDecay(arch: Architecture, decay: Float32Array): void {
  decay.fill(0);
  for (const { role, offset, size } of tensorsOf(arch)) {
    if (role === 'matrix' || role === 'classifier') decay.fill(1, offset, offset + size);
  }
}
