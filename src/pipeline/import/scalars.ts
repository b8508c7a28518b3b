import { ln } from '../../math/index.js';
import { ImportError } from './errors.js';
import type { ForeignTensor } from './foreign.js';

export type ScalarForm = 'auto' | 'raw' | 'sigmoid';

/** Trained scalars before their sigmoid. */
export interface Scalars {
  readonly values: Readonly<Record<string, number>>;
  readonly decision: string;
}

/**
 * zeta and nu, or alpha and beta, as this project keeps them: before their sigmoid. All of a file are of one form.
 *
 * @param found by our names
 * @throws ImportError where a value isn't one number, or where nothing tells which form it has
 */
export function arrangeScalars(found: Readonly<Record<string, ForeignTensor>>, form: ScalarForm): Scalars {
  const entries = Object.entries(found).map(([name, tensor]) => [name, single(tensor)] as const);
  const names = entries.map(([name]) => name).join(' and ');
  const shown = entries.map(([name, value]) => `${name} ${value}`).join(', ');
  const outside = entries.filter(([, value]) => value <= 0 || value >= 1);
  const asTheyAre = Object.fromEntries(entries);
  if (form === 'raw') return { values: asTheyAre, decision: `${names} before their sigmoid: as --scalars raw says` };
  if (form === 'auto') {
    if (outside.length > 0) {
      const why = `${outside[0][0]} is ${outside[0][1]}, no value of a sigmoid`;
      return { values: asTheyAre, decision: `${names} before their sigmoid: ${why}` };
    }
    throw new ImportError(
      `${shown}: these could be before or after the sigmoid; give --scalars raw (EdgeML saves them so) or --scalars sigmoid`,
    );
  }
  if (outside.length > 0) {
    throw new ImportError(
      `${shown}: ${outside[0][0]} is no value of a sigmoid, which lie between 0 and 1; give --scalars raw, or leave it out`,
    );
  }
  return {
    values: Object.fromEntries(entries.map(([name, value]) => [name, ln(value / (1 - value))])),
    decision: `${names} after their sigmoid, taken back by ln(p / (1 - p)): as --scalars sigmoid says`,
  };
}

function single({ name, shape, data }: ForeignTensor): number {
  if (data.length === 1) return data[0];
  throw new ImportError(
    `${name} [${shape.join(', ')}] must be one number; a value for each hidden unit is another network than FastGRNN and FastRNN`,
  );
}
