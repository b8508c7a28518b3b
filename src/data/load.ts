import { cacheDirectory, environment, joinPath } from '#platform';
import { Random } from '../math/index.js';
import { integerLsb } from '../features/index.js';
import { recipeSound, soundSettings, type RecipeSound, type SoundSettings } from '../recipe/index.js';
import { loadFolder } from './folder/load.js';
import { makeDataset, type Dataset } from './dataset.js';
import { benchmark } from './benchmarks.js';
import { cached, type Tell } from './cache/cache.js';
import { datasetOf, entryOf } from './cache/dataset-entry.js';
import { DataError } from './errors.js';
import { chooseLsb, quantise, saturatedShare, vanishingShares } from './lsb.js';
import { mergeClasses } from './merge.js';
import { selectSequences, type Sequences } from './sequences.js';
import type { DataSettings, LoadContext, Source } from './source.js';
import { splitStreams } from './splits.js';

/** Where data sets are found. */
export interface LoadOptions {
  /** The folder of data sets; without it, the environment's FASTGRNN_DATA, else where `data get` puts them. */
  readonly dataDirectory?: string | undefined;
  /** Told what takes long, such as decoding of sound, and what of it could not be kept. */
  readonly tell?: Tell | undefined;
  /** What becomes of sounds, a recipe's `features.sound`; by default appendix B's log mel energies. */
  readonly sound?: RecipeSound | undefined;
}

/**
 * Reads the data set of a recipe: merges classes, rounds to int16, limits. The same files and settings give the same
 * data set and hash on every machine; the recipe's seed has no part in it.
 *
 * @throws DataError where files are missing or wrong
 */
export async function loadDataset(settings: DataSettings, options: LoadOptions = {}): Promise<Dataset> {
  const { tell = () => undefined } = options;
  const sound = settingsOf(options);
  const context = { settings, sound, tell };
  const directory = dataDirectoryOf(options);
  const key = settings.name === 'folder' ? undefined : await benchmark(settings.name).key?.(directory, context);
  const make = () => readDataset(context, directory);
  if (key === undefined) return limited(await make(), settings.limit);
  const { name, merge = {}, input } = settings;
  const entry = await cached('dataset', { name, merge, input, of: key }, async () => entryOf(await make()), tell);
  return limited(datasetOf(entry), settings.limit);
}

/** What becomes of sounds. */
function settingsOf({ sound }: LoadOptions): SoundSettings | undefined {
  try {
    return sound ? recipeSound(sound) : soundSettings();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DataError(`features.sound.${error.message.replaceAll('\n', '\nfeatures.sound.')}`, { cause: error });
  }
}

/** The unit of a recipe, but that of integer features of sound where it leaves the choice. */
function unitSetting({ input }: DataSettings, { sound }: Source): DataSettings['input']['lsb'] {
  return input.lsb === 'auto' && sound?.arithmetic === 'integer' ? integerLsb(sound) : input.lsb;
}

/** All of a data set. */
async function readDataset(context: LoadContext, directory: string | undefined): Promise<Dataset> {
  const { settings } = context;
  const source = await readSource(context, directory);
  const { classNames, indices } = mergeClasses(source.classNames, settings.merge);
  const lsb = chooseLsb(unitSetting(settings, source), source.train);
  const saturated = settings.input.lsb === 'auto' ? 0 : saturatedShare(source.train, lsb);
  if (saturated > 0.5) {
    throw new DataError(
      `data.input.lsb: ${JSON.stringify(settings.input.lsb)} is too small: ${(100 * saturated).toFixed(0)} % of the training values lie beyond 32767 counts; give a larger unit, or auto`,
    );
  }
  const merged = (label: number) => (label < 0 ? label : indices[label]);
  const prepare = (recordings: Source['train']): Sequences => ({
    ...quantise(recordings, lsb),
    labels: recordings.labels.map(merged),
    frameLabels: recordings.frameLabels?.map(merged),
  });
  const test = prepare(source.test);
  return makeDataset({
    name: settings.name,
    classNames,
    channelNames: source.channelNames,
    units: source.units,
    lsb,
    train: prepare(source.train),
    test,
    testDrawn: source.testDrawn ?? false,
    sound: source.sound,
    notes: [...source.notes, ...lost(source, lsb), ...warnings(saturated, classNames, test.labels)],
  });
}

/** Channels most of whose values are too small for their unit: one that is far out makes it large. */
function lost({ train, channelNames }: Source, lsb: Float64Array): string[] {
  return Array.from(vanishingShares(train, lsb)).flatMap((share, c) =>
    share > 0.5
      ? [
          `channel ${channelNames[c]}: ${(100 * share).toPrecision(3)} % of its training values are 0 counts of ${lsb[c].toPrecision(3)}; look for a value that is far out, or set data.input.lsb`,
        ]
      : [],
  );
}

/** What in the data makes figures worth less than they look. */
function warnings(saturated: number, classNames: readonly string[], testLabels: Int32Array): string[] {
  const classes = testLabels.some((label) => label >= 0); // not where targets are others
  const untested = classes ? classNames.filter((_, label) => !testLabels.includes(label)) : [];
  return [
    ...(saturated > 0
      ? [
          `data.input.lsb: ${(100 * saturated).toPrecision(2)} % of the training values lie beyond int16 counts and saturate`,
        ]
      : []),
    ...(untested.length > 0
      ? [`no test recording is of the class ${untested.join(', ')}: the accuracy says nothing of it`]
      : []),
  ];
}

/** The folder of data sets: as given, else `defaultDataDirectory`. */
export function dataDirectoryOf(options: LoadOptions): string | undefined {
  return options.dataDirectory ?? defaultDataDirectory();
}

/** Where data sets are looked for when no folder is named: the environment's FASTGRNN_DATA, else where `data get` puts them. */
export function defaultDataDirectory(): string | undefined {
  const own = environment('FASTGRNN_DATA');
  const cache = cacheDirectory();
  return own || (cache === undefined ? undefined : joinPath(cache, 'data'));
}

function readSource(context: LoadContext, directory: string | undefined): Promise<Source> {
  const { settings } = context;
  if (settings.name !== 'folder') return benchmark(settings.name).load(directory, context);
  if (settings.path !== undefined) return loadFolder(settings.path, settings, context.sound);
  throw new DataError('data.path: missing; folder needs the path of your recordings');
}

/** A data set with so many of its training recordings, and the hash of that. */
async function limited(dataset: Dataset, count: number | undefined): Promise<Dataset> {
  const { train } = dataset;
  if (count === undefined || count >= train.count) return dataset;
  const order = Uint32Array.from({ length: train.count }, (_, i) => i);
  new Random(0, splitStreams.limit).shuffle(order);
  return makeDataset({ ...dataset, train: selectSequences(train, order.subarray(0, count).sort()) });
}
