import { mean, meanInterval } from '../math/index.js';
import type { Ahead, CompareRow } from './compare-metrics.js';

/**
 * The differences of the seeds that both rows have: of integer networks where both have them for all their seeds, else of float ones.
 * None where these are the same networks, as in an ablation's row of a network before its quantisation.
 */
export function leadOver(one: CompareRow, other: CompareRow): Ahead | null {
  const whole = [one, other].every(({ integer, seeds }) => integer?.values.length === seeds.length);
  const by = whole ? 'integer' : 'float';
  const valueOf = (row: CompareRow, seed: number) => row[by]?.values[row.seeds.indexOf(seed)];
  const differences = one.seeds.flatMap((seed) => {
    const [own, theirs] = [valueOf(one, seed), valueOf(other, seed)];
    return own === undefined || theirs === undefined ? [] : [own - theirs];
  });
  const oneTraining = by === 'float' && one.trial === other.trial && differences.every((d) => d === 0);
  if (differences.length === 0 || oneTraining) return null;
  return { of: other.network, by, mean: mean(differences), interval: meanInterval(differences) ?? null };
}
