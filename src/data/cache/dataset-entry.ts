import type { Dataset } from '../dataset.js';
import { sharedInt16, type Sequences } from '../sequences.js';
import type { CachedArray, CacheEntry } from './entry.js';

const parts = ['train', 'test'] as const;

/** A data set as an entry of the cache: its arrays by part and field, all else as facts. */
export function entryOf(dataset: Dataset): CacheEntry {
  const arrays: Record<string, CachedArray> = { lsb: dataset.lsb };
  const numbers: Record<string, Record<string, number>> = {};
  for (const part of parts) {
    const own: Record<string, number> = {};
    for (const [field, value] of Object.entries(dataset[part]) as [string, CachedArray | number | undefined][]) {
      if (typeof value === 'number') own[field] = value;
      else if (value !== undefined) arrays[`${part}.${field}`] = value;
    }
    numbers[part] = own;
  }
  const { lsb, train, test, ...facts } = dataset;
  void [lsb, train, test];
  return { facts: { ...facts, numbers }, arrays };
}

/** The data set of an entry; its values in memory that workers can share. */
export function datasetOf({ facts, arrays }: CacheEntry): Dataset {
  const { numbers, ...rest } = facts as Omit<Dataset, 'lsb' | 'train' | 'test'> & {
    readonly numbers: Record<string, Record<string, number>>;
  };
  const sequencesOf = (part: (typeof parts)[number]): Sequences => {
    const own = Object.entries(arrays).filter(([name]) => name.startsWith(`${part}.`));
    const fields = Object.fromEntries(own.map(([name, array]) => [name.slice(part.length + 1), array]));
    const values = sharedInt16(fields['values'].length);
    values.set(fields['values']);
    return { groups: undefined, ...numbers[part], ...fields, values } as unknown as Sequences;
  };
  return { ...rest, lsb: arrays['lsb'] as Float64Array, train: sequencesOf('train'), test: sequencesOf('test') };
}
