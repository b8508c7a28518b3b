import type { NetworkEngine } from '../network/index.js';
import { blockRows } from './evaluation.js';
import type { Gather } from './gather.js';
import type { Histories } from './histories.js';
import type { Joined, Joins } from './stream.js';

/**
 * The hard negatives of one epoch's rows: those of which a step that counts, and whose label is no wake word, has a wake word's logit as
 * its largest. The network is the engine's; rows are joined as the epoch has them, and a step in the end of another row is that row's.
 *
 * @param rows training rows
 * @param wake the classes of the wake words
 * @returns rising, each once
 */
export function firingRows(
  engine: NetworkEngine,
  gather: Gather,
  joins: Joins,
  rows: Uint32Array,
  wake: readonly number[],
  epoch: number,
  histories?: Histories,
): number[] {
  const { arch, labels, predictions } = engine;
  const every = arch.output === 'every';
  const joined: Joined = { other: 0, before: 0, own: 0 };
  const found = new Set<number>();
  for (let start = 0; start < rows.length; start += blockRows) {
    const end = Math.min(rows.length, start + blockRows);
    const count = end - start;
    const steps = gather.training(engine, rows, start, end, epoch);
    histories?.begin(rows, start, end, epoch);
    engine.evaluate(count, steps, histories ? 'resumed' : 'new');
    for (let b = 0; b < count; b++) {
      joins.draw(joined, epoch, rows[start + b]);
      for (let t = 0; t < (every ? steps : 1); t++) {
        const at = t * count + b;
        if (labels[at] < 0 || wake.includes(labels[at]) || !wake.includes(predictions[at])) continue;
        found.add(every && t < joined.before ? joined.other : rows[start + b]);
      }
    }
  }
  return [...found].sort((a, b) => a - b);
}
