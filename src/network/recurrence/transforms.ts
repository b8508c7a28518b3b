import type { Layout } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import type { Places } from '../places.js';
import { Factored } from './factored.js';
import type { Transform } from './materialised.js';
import { recurrenceOf } from './recurrence.js';
import { Reflectors } from './reflectors.js';
import { Spectral } from './spectral.js';
import { Unitary } from './unitary.js';

/** What makes U of other parameters; undefined where U is a parameter itself, or two factors of low rank. */
export function transformOf(
  arch: Architecture,
  layout: Layout,
  places: Places,
  training: boolean,
): Transform | undefined {
  const recurrence = recurrenceOf(arch);
  const shared = { layout, places, size: arch.hiddenSize, training };
  switch (recurrence.kind) {
    case 'dense':
      return undefined;
    case 'oRNN': {
      const name = 'UReflectors';
      return new Reflectors({
        ...{ ...shared, ...recurrence },
        ...{ parameter: places.parameter(name), gradient: places.gradientOf(name) },
      });
    }
    case 'SpectralRNN':
      return new Spectral({ ...shared, ...recurrence });
    case 'FactoredRNN':
      return new Factored({ ...shared, ...recurrence });
    case 'EURNN':
      return new Unitary({ ...shared, ...recurrence });
  }
}
