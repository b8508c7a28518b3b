import { kindOf, joinPath, absolutePath, sha256 } from '#platform';
import { loadDataset, type Dataset } from '../../data/index.js';
import { calibrate } from '../../integer/index.js';
import type { Architecture, Imported } from '../../network/index.js';
import { canonicalJson, loadRecipe, resolveRecipe } from '../../recipe/index.js';
import type { FloatModel } from '../models.js';
import { stackDataset, stackingOf } from '../prepare.js';
import { spread } from '../train-model.js';
import { packageVersion } from '../version.js';
import { parametersOf, type Arranged } from './arranged.js';
import { ImportError } from './errors.js';
import { arrangeFast } from './fast.js';
import type { ForeignWeights } from './foreign.js';
import { arrangeGated } from './gated.js';
import { hasGateMatrices, nameTensors, type GatedCell, type NamedTensors } from './names.js';
import { inputUnits, tokenUnits, type InputUnits } from './normalisation.js';
import type { NetworkOptions } from './options.js';
import { syntheticInputs, syntheticSequences, syntheticTokens } from './synthetic.js';
import { readWeights } from './tensors.js';
import { arrangeTorch, isTorch } from './torch.js';

/** What the weights alone don't tell. Everything has a default; nothing is guessed where it could be either. */
export interface ImportOptions extends NetworkOptions {
  /** The physical value of one int16 count, of all channels or one a channel. */
  readonly lsb?: readonly number[];
  readonly normaliseOverSteps?: boolean;
  readonly classes?: readonly string[];
  readonly channels?: readonly string[];
  readonly units?: readonly string[];
  /** A recipe, or a folder of recordings, to calibrate with; without it made-up inputs are taken. */
  readonly data?: string;
  /** Where the data sets of recipes lie. */
  readonly dataDirectory?: string;
  /** Steps of a recording. */
  readonly steps?: number;
  /** How many times the values met an integer network shall hold. */
  readonly margin?: number;
}

/** A float model made of weights from elsewhere, and how they were understood. */
export interface ImportedModel {
  readonly model: FloatModel;
  readonly imported: Imported;
  /** What a user should know before relying on it. */
  readonly warnings: readonly string[];
}

/** Steps of a recording where nothing says. */
const defaultSteps = 100;

/**
 * Makes a float model of a network that another program trained: a `.safetensors` or `.npz` file, or a folder of `.npy` files, of
 * EdgeML's cells or PyTorch's recurrent modules.
 *
 * @throws ImportError where tensors are missing, of wrong shapes or types, or where it could mean two things
 */
export async function importWeights(path: string, options: ImportOptions = {}): Promise<ImportedModel> {
  const weights = await readWeights(path);
  const network = arrange(weights, options);
  const recordings = options.data === undefined ? undefined : await recordingsOf(options.data, options);
  const { train } = recordings?.dataset ?? {};
  const { inputSize, classes, vocabulary } = network.architecture;
  const read = vocabulary > 0 ? 1 : inputSize;
  if (train && train.features !== read) {
    throw new ImportError(
      `--data ${options.data}: its steps have ${train.features} values, the network reads ${vocabulary > 0 ? 'one token' : read}`,
    );
  }
  const channels = train?.channels ?? read;
  checkCounts(options, channels, classes);
  const input = unitsOf(network, channels, options, recordings?.dataset.lsb);
  const parameters = Float32Array.from(parametersOf(network, input.rest));
  const steps = options.steps ?? train?.steps ?? defaultSteps;
  const made = () =>
    vocabulary > 0 ? syntheticTokens(vocabulary, steps) : syntheticInputs(input.normalisation, channels, steps);
  const sequences = train ?? made();
  const rows = spread(
    Uint32Array.from({ length: sequences.count }, (_, i) => i),
    recordings?.calibration ?? syntheticSequences,
  );
  const calibration = train ? 'recordings' : 'synthetic';
  const imported: Imported = {
    files: weights.files,
    tensors: Object.fromEntries([...network.found].map(([ours, { name, shape }]) => [ours, { name, shape }])),
    unused: network.unused,
    decisions: [
      ...network.decisions,
      ...input.decisions,
      train
        ? `ranges are those of ${rows.length} recordings of ${recordings!.dataset.name}`
        : `ranges are those of ${syntheticSequences} made-up sequences of ${steps} steps, ${madeOf(network.architecture)}`,
    ],
    calibration,
  };
  const { data: _data, dataDirectory: _directory, ...settings } = options;
  const own = recordings?.dataset;
  return {
    imported,
    warnings: warningsOf(imported, network.architecture, steps, options),
    model: {
      kind: 'float',
      facts: {
        architecture: network.architecture,
        classNames: namesFor(options.classes, own?.classNames, classes, 'class'),
        features: {
          normalise: input.kind,
          centre: [...input.normalisation.centre],
          scale: [...input.normalisation.scale],
          ...(recordings && recordings.stack.frames * recordings.stack.stride > 1 ? { stack: recordings.stack } : {}),
          ...(own?.sound && { sound: own.sound }),
        },
        input: {
          steps,
          lsb: [...input.lsb],
          units: [...(options.units ?? own?.units ?? new Array<string>(channels).fill(''))],
          channelNames: namesFor(options.channels, own?.channelNames, channels, 'x'),
        },
        provenance: {
          recipe: 'import',
          recipeHash: await hashOf({ ...settings, calibration: own?.hash ?? 'synthetic' }),
          dataHash: await hashOf(weights.files),
          version: packageVersion(),
          seed: 0,
          fma: false,
        },
        imported,
      },
      parameters,
      ranges: calibrate(network.architecture, parameters, input.normalisation, sequences, rows),
      margin: options.margin ?? recordings?.margin ?? defaultMargin(),
    },
  };
}

/** The network of the tensors, whoever wrote them. */
function arrange(weights: ForeignWeights, options: NetworkOptions): Arranged {
  if (isTorch(weights, options.map)) return arrangeTorch(weights, options);
  const named = nameTensors(weights, options.map ?? {});
  return namesGateMatrices(named)
    ? arrangeGated(named, options)
    : arrangeFast(named as NamedTensors<'FastGRNN' | 'FastRNN'>, options);
}

/** What the device's counts stand for. */
function unitsOf(
  { architecture, found }: Arranged,
  channels: number,
  options: ImportOptions,
  recorded: Float64Array | undefined,
): InputUnits {
  if (architecture.vocabulary > 0) return tokenUnits(architecture.inputSize);
  return inputUnits({
    mean: found.get('mean'),
    std: found.get('std'),
    inputSize: architecture.inputSize,
    channels,
    lsb: options.lsb ?? (recorded && [...recorded]),
    lsbFrom: options.lsb ? 'as --lsb says' : 'as in the recordings',
    overSteps: options.normaliseOverSteps ?? false,
  });
}

function namesGateMatrices(named: NamedTensors): named is NamedTensors<GatedCell> {
  return hasGateMatrices(named.cell);
}

interface Recordings {
  readonly dataset: Dataset;
  readonly stack: { readonly frames: number; readonly stride: number };
  readonly calibration: number;
  readonly margin: number;
}

/** The data set of a recipe, or of a folder: by the recipe in it, or by default settings. */
async function recordingsOf(data: string, { lsb, dataDirectory }: ImportOptions): Promise<Recordings> {
  const isFolder = (await kindOf(data)) === 'directory';
  const inside = joinPath(data, 'recipe.yaml');
  const { recipe } =
    isFolder && (await kindOf(inside)) !== 'file'
      ? { recipe: resolveRecipe({ data: { name: 'folder', path: absolutePath(data) } }, data) }
      : await loadRecipe(isFolder ? inside : data);
  const settings = lsb ? { ...recipe.data, input: { lsb: lsb.length === 1 ? lsb[0] : [...lsb] } } : recipe.data;
  const stack = stackingOf(recipe);
  const loaded = await loadDataset(settings, { dataDirectory, sound: recipe.features.sound });
  const dataset = stackDataset(loaded, stack);
  return { dataset, stack, calibration: recipe.integer.calibration, margin: recipe.integer.margin };
}

function defaultMargin(): number {
  return resolveRecipe({}, 'import').integer.margin;
}

function checkCounts({ classes, channels, units, lsb }: ImportOptions, channelCount: number, classCount: number): void {
  const check = (option: string, given: readonly unknown[] | undefined, ...allowed: number[]) => {
    if (given === undefined || allowed.includes(given.length)) return;
    throw new ImportError(`${option}: ${given.length} given, the network has ${allowed.at(-1)}`);
  };
  check('--classes', classes, classCount);
  check('--channels', channels, channelCount);
  check('--units', units, channelCount);
  check('--lsb', lsb, 1, channelCount);
}

function namesFor(
  given: readonly string[] | undefined,
  known: readonly string[] | undefined,
  count: number,
  word: string,
): string[] {
  if (given) return [...given];
  if (known?.length === count) return [...known];
  return Array.from({ length: count }, (_, i) => `${word}${i}`);
}

/** What made-up inputs are. */
function madeOf({ vocabulary }: Architecture): string {
  return vocabulary > 0 ? 'of any tokens' : 'whose normalised inputs are standard normal numbers';
}

function warningsOf(
  { unused, calibration }: Imported,
  architecture: Architecture,
  steps: number,
  options: ImportOptions,
): string[] {
  return [
    ...(unused.length > 0 ? [`not used: ${unused.join(', ')}`] : []),
    ...(calibration === 'synthetic'
      ? [
          `no recordings to calibrate with: the integer formats will hold what ${syntheticSequences} made-up sequences of ${steps} steps reach (${madeOf(architecture)}${options.steps === undefined ? '; another length by --steps' : ''}); name your own by --data`,
        ]
      : []),
  ];
}

async function hashOf(content: unknown): Promise<string> {
  return sha256(new TextEncoder().encode(canonicalJson(content)));
}
