import type { Random } from '../math/index.js';
import { parameterCount, tensorsOf, type Architecture } from './architecture.js';
import { fillTransform } from './recurrence/initial.js';

/** EdgeML's start for scalars, before the sigmoid: zeta 0.73, nu 0.018, alpha 0.047, beta 0.95. */
const SCALARS: Record<string, number> = { zeta: 1, nu: -4, alpha: -3, beta: 3 };

/**
 * A FastGRNN's with a tied residual: their sigmoid is 1, and as good as 0. Its place is filled with exactly 1 and 0 (cells/fastgrnn.ts), so
 * the derivative is 0 and training leaves them there.
 */
const TIED: Record<string, number> = { zeta: 100, nu: -100 };

/**
 * First values of all parameters, in `tensorsOf` order: matrices and classifier 0.1 N(0, 1), the cell's biases 1, scalars
 * as EdgeML starts them, the classifier's bias 0 (no class is likelier before anything is learnt), an embedding 0: the matrices
 * tell tokens apart from the first gradient on, and tokens that never come stay neutral. The forget gate's bias is `forgetBias`. What
 * makes U starts as recurrence/initial.ts says; modReLU's biases start at 0, where it changes no state.
 * Numbers are drawn tensor by tensor, row by row.
 */
export function initialise(arch: Architecture, random: Random): Float32Array {
  const parameters = new Float32Array(parameterCount(arch));
  const tied = arch.cell === 'FastGRNN' && arch.residual === 'tied';
  for (const tensor of tensorsOf(arch)) {
    const { local, role, offset, size } = tensor;
    if (role === 'transform') fillTransform(tensor, parameters.subarray(offset, offset + size), random);
    for (let i = offset; i < offset + size; i++) {
      if (role === 'matrix' || role === 'classifier') parameters[i] = 0.1 * random.normal();
      else if (role === 'bias') parameters[i] = firstBias(arch, local);
      else if (role === 'scalar') parameters[i] = tied ? TIED[local] : SCALARS[local];
    }
  }
  return parameters;
}

function firstBias({ recurrence, forgetBias = 1 }: Architecture, name: string): number {
  if (name === 'biasForget') return forgetBias;
  return recurrence === 'EURNN' ? 0 : 1;
}
