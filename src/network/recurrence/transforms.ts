import type { Layout } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import type { CellLimits, Places } from '../places.js';
import { AppliedReflectors } from './applied-reflectors.js';
import { Factored } from './factored.js';
import type { LinearMap } from './linear-map.js';
import { MaterialisedMap, type Transform } from './materialised.js';
import { recurrenceOf, type Recurrence } from './recurrence.js';
import { Reflectors } from './reflectors.js';
import { Spectral } from './spectral.js';
import { Unitary } from './unitary.js';

/**
 * Up to how many reflectors, as a share of H, an oRNN applies them at each step instead of making U of them once a pass: where both
 * cost the same (npm run bench:recurrences).
 */
const mostApplied = 3 / 8;

/** y = x U^T with a U that is made of other parameters; undefined where U is a parameter itself, or two factors of low rank. */
export function recurrentMap(
  arch: Architecture,
  layout: Layout,
  places: Places,
  limits: CellLimits,
): LinearMap | undefined {
  const recurrence = recurrenceOf(arch);
  const { hiddenSize: size } = arch;
  const { training, roundedU = false } = limits;
  if (!roundedU && recurrence.kind === 'oRNN' && recurrence.reflectors <= mostApplied * size) {
    return new AppliedReflectors({ layout, ...reflectorsOf(recurrence, places), size, training, limits });
  }
  const transform = transformOf(recurrence, { layout, places, size, training });
  const levels = roundedU ? places.levelsOfU() : undefined;
  return transform && new MaterialisedMap({ layout, transform, size, training, levels });
}

function transformOf(
  recurrence: Recurrence,
  shared: { layout: Layout; places: Places; size: number; training: boolean },
): Transform | undefined {
  switch (recurrence.kind) {
    case 'dense':
      return undefined;
    case 'oRNN':
      return new Reflectors({ ...shared, ...reflectorsOf(recurrence, shared.places) });
    case 'SpectralRNN':
      return new Spectral({ ...shared, ...recurrence });
    case 'FactoredRNN':
      return new Factored({ ...shared, ...recurrence });
    case 'EURNN':
      return new Unitary({ ...shared, ...recurrence });
  }
}

/** What an oRNN's reflectors are, and where. */
function reflectorsOf({ reflectors }: { readonly reflectors: number }, places: Places) {
  const name = 'UReflectors';
  return { reflectors, parameter: places.parameter(name), gradient: places.gradientOf(name) };
}
