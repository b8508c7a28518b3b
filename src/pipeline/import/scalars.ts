import { ln } from '../../math/index.js';
import { ImportError } from './errors.js';
import type { ForeignTensor } from './foreign.js';

export type ScalarForm = 'auto' | 'raw' | 'sigmoid';

/** Trained scalars before their sigmoid. */
export interface Scalars {
  readonly values: Readonly<Record<string, Float64Array>>;
  readonly decision: string;
}

/**
 * zeta and nu, or alpha and beta, as this project keeps them: before their sigmoid, one number each or, where `units` is given, a
 * number a unit. All of a file are of one form.
 *
 * @param found by our names
 * @throws ImportError where a tensor has another number of values, or where nothing tells which form it has
 */
export function arrangeScalars(
  found: Readonly<Record<string, ForeignTensor>>,
  form: ScalarForm,
  units: number | undefined,
): Scalars {
  for (const tensor of Object.values(found)) checkLength(tensor, units ?? 1);
  const entries = Object.entries(found).flatMap(([name, { data }]) =>
    Array.from(data, (value, j) => [units === undefined ? name : `${name}[${j}]`, value] as const),
  );
  const names = Object.keys(found).join(' and ');
  const most = 4;
  const shown =
    entries
      .slice(0, most)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ') + (entries.length > most ? ' …' : '');
  const outside = entries.filter(([, value]) => value <= 0 || value >= 1);
  const asTheyAre = Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, data]));
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
    values: Object.fromEntries(
      Object.entries(asTheyAre).map(([name, data]) => [name, data.map((value) => ln(value / (1 - value)))]),
    ),
    decision: `${names} after their sigmoid, taken back by ln(p / (1 - p)): as --scalars sigmoid says`,
  };
}

function checkLength({ name, shape, data }: ForeignTensor, length: number): void {
  if (data.length === length) return;
  const wanted = length === 1 ? 'must be one number' : `must be a number for each of the ${length} hidden units`;
  throw new ImportError(`${name} [${shape.join(', ')}] ${wanted}`);
}
