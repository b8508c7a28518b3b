import { tensorsOf, type Architecture } from '../architecture.js';
import { recurrenceOf } from './recurrence.js';

/** A matrix of a FactoredRNN that is to stay orthogonal, and by what. */
export interface OrthogonalFactor {
  /** Its place in the flat vector of parameters, row-major without padding. */
  readonly offset: number;
  /** Rows and columns. */
  readonly size: number;
  readonly orthogonality: 'geodesic' | 'soft';
  /** The penalty's weight, where it is soft. */
  readonly weight: number;
}

/**
 * What an `Optimiser` has to keep orthogonal of an architecture: the factors of each U of a FactoredRNN (Vorontsov et al. 2017). In the
 * place of the optimiser's own step they make one of gradient descent along the manifold of orthogonal matrices (geodesic); or
 * the gradient of weight |X X^T - I|^2 is added to theirs before the step (soft). Other recurrences are orthogonal by their making.
 */
export function orthogonalFactors(arch: Architecture): OrthogonalFactor[] {
  const recurrence = recurrenceOf(arch);
  if (recurrence.kind !== 'FactoredRNN') return [];
  const { orthogonality, weight } = recurrence;
  return tensorsOf(arch)
    .filter(({ local }) => local === 'ULeft' || local === 'URight')
    .map(({ offset, shape }) => ({ offset, size: shape[0], orthogonality, weight }));
}
