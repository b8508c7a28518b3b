import { cellsOf, tensorsOf, type Architecture, type TensorSpec } from './architecture.js';
import { recurrenceOf } from './recurrence/recurrence.js';

/**
 * Useful floating-point operations of a forward pass over `rows` sequences of `steps` steps: a multiplication and an addition a
 * weight and row in each product. Gates, look-ups of tokens, packing and padding are left out, so that a figure of operations a second
 * can be compared between implementations.
 *
 * W x_t is taken at every step, U h_{t-1} at all but the first (h_0 is 0), the classifier once a sequence, or at every step where
 * there is an output at every one. A U that is made of other parameters counts as the full matrix that it is; making it doesn't count.
 */
export function forwardFlops(arch: Architecture, rows: number, steps: number): number {
  return count(arch, rows, steps, () => 1);
}

/**
 * Useful floating-point operations of one iteration of a training (forwards and backwards), counted like `forwardFlops`.
 * A weight matrix is in three products: forwards, in the gradient of what it multiplies, and in its own gradient. The inputs
 * x need no gradient unless they are an embedding's rows, so W (W2 where W is of low rank) is in two.
 */
export function iterationFlops(arch: Architecture, rows: number, steps: number): number {
  const readsInputs = ({ local, layer }: TensorSpec) =>
    layer === 0 && local.startsWith('W') && (arch.wRank === 0 || local.endsWith('2'));
  return count(arch, rows, steps, (tensor) => (readsInputs(tensor) && arch.vocabulary === 0 ? 2 : 3));
}

function count(arch: Architecture, rows: number, steps: number, products: (tensor: TensorSpec) => number): number {
  const times = ({ local, role }: TensorSpec) => {
    if (role === 'classifier') return arch.output === 'every' ? steps : 1;
    return local.startsWith('U') ? steps - 1 : steps;
  };
  const { hiddenSize: H } = arch;
  const made: TensorSpec = { name: 'U', local: 'U', layer: 0, role: 'matrix', shape: [H, H], offset: 0, size: H * H };
  const cells = recurrenceOf(arch).kind === 'dense' ? 0 : cellsOf(arch);
  return [...tensorsOf(arch), ...new Array<TensorSpec>(cells).fill(made)]
    .filter(({ role }) => role === 'matrix' || role === 'classifier')
    .reduce((sum, tensor) => sum + 2 * rows * tensor.size * times(tensor) * products(tensor), 0);
}
