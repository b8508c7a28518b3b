import { mnistRows } from './datasets/mnist-rows.js';
import { speechCommands } from './datasets/speech-commands.js';
import { uciHar } from './datasets/uci-har.js';
import { wakeWords } from './datasets/wake-words.js';
import { DataError } from './errors.js';
import { nearest } from '../recipe/index.js';
import type { Benchmark } from './source.js';

const benchmarks: readonly Benchmark[] = [mnistRows, uciHar, speechCommands, wakeWords];

/** The names of the benchmarks, as `data list` gives them. */
export const datasetNames: readonly string[] = benchmarks.map(({ description }) => description.name);

/** The benchmark of that name. Throws DataError that lists the names where there is none. */
export function benchmark(name: string): Benchmark {
  const found = benchmarks.find(({ description }) => description.name === name);
  if (found) return found;
  const near = nearest(name, datasetNames);
  throw new DataError(
    `there is no data set ${name}${near ? `; did you mean ${near}?` : ''}; data sets: ${datasetNames.join(', ')}`,
  );
}
