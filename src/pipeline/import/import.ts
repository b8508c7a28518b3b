import { kindOf, joinPath, absolutePath, sha256 } from '#platform';
import { loadDataset, type Dataset } from '../../data/index.js';
import { calibrate } from '../../integer/index.js';
import {
  ArchitectureError,
  checkArchitecture,
  parameterCount,
  tensorsOf,
  type Architecture,
  type Imported,
  type Nonlinearity,
} from '../../network/index.js';
import { canonicalJson, loadRecipe, resolveRecipe } from '../../recipe/index.js';
import type { FloatModel } from '../models.js';
import { stackDataset, stackingOf } from '../prepare.js';
import { packageVersion, spread } from '../train-model.js';
import { ImportError } from './errors.js';
import type { ForeignTensor } from './foreign.js';
import {
  arrangeClassifier,
  arrangeMatrices,
  multiplied,
  type Layout,
  type LayoutChoice,
  type OwnMatrix,
  type StoredMatrix,
} from './layout.js';
import { nameTensors, type ImportName, type NamedTensors } from './names.js';
import { inputUnits } from './normalisation.js';
import { arrangeScalars, type ScalarForm } from './scalars.js';
import { syntheticInputs, syntheticSequences } from './synthetic.js';
import { readWeights } from './tensors.js';

/** What the weights alone don't tell. Everything has a default; nothing is guessed where it could be either. */
export interface ImportOptions {
  /** Names that aren't found by themselves: ours to theirs. */
  readonly map?: Readonly<Partial<Record<ImportName, string>>>;
  /** Whether W and U are stored [inputs, hidden]. */
  readonly transpose?: LayoutChoice['transpose'];
  /** How low-rank factors are multiplied, where they aren't transposed. */
  readonly factors?: LayoutChoice['factors'];
  /** Whether the classifier is stored [hidden, classes]. */
  readonly transposeClassifier?: 'auto' | 'yes' | 'no';
  /** Whether zeta and nu, alpha and beta are before or after their sigmoid. */
  readonly scalars?: ScalarForm;
  /** Of z; default sigmoid. */
  readonly gate?: Nonlinearity;
  /** Of the candidate state; default tanh. */
  readonly update?: Nonlinearity;
  readonly head?: 'softmax' | 'sigmoid';
  readonly output?: Architecture['output'];
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
 * Makes a float model of a FastGRNN or FastRNN that another program trained: a `.safetensors` or `.npz` file, or a folder of
 * `.npy` files.
 *
 * @throws ImportError where tensors are missing, of wrong shapes or types, or where it could mean two things
 */
export async function importWeights(path: string, options: ImportOptions = {}): Promise<ImportedModel> {
  const weights = await readWeights(path);
  const named = nameTensors(weights, options.map ?? {});
  const network = arrange(named, options);
  const recordings = options.data === undefined ? undefined : await recordingsOf(options.data, options);
  const { train } = recordings?.dataset ?? {};
  if (train && train.features !== network.architecture.inputSize) {
    throw new ImportError(
      `--data ${options.data}: its steps have ${train.features} values, the network reads ${network.architecture.inputSize}`,
    );
  }
  const { inputSize, classes } = network.architecture;
  const channels = train?.channels ?? inputSize;
  checkCounts(options, channels, classes);
  const input = inputUnits({
    mean: named.found.get('mean'),
    std: named.found.get('std'),
    inputSize,
    channels,
    lsb: options.lsb ?? (recordings ? [...recordings.dataset.lsb] : undefined),
    lsbFrom: options.lsb ? 'as --lsb says' : 'as in the recordings',
    overSteps: options.normaliseOverSteps ?? false,
  });
  const parameters = Float32Array.from(network.parameters(input.rest));
  const steps = options.steps ?? train?.steps ?? defaultSteps;
  const sequences = train ?? syntheticInputs(input.normalisation, channels, steps);
  const rows = spread(
    Uint32Array.from({ length: sequences.count }, (_, i) => i),
    recordings?.calibration ?? syntheticSequences,
  );
  const calibration = train ? 'recordings' : 'synthetic';
  const imported: Imported = {
    files: weights.files,
    tensors: Object.fromEntries([...named.found].map(([ours, { name, shape }]) => [ours, { name, shape }])),
    unused: named.unused,
    decisions: [
      ...network.decisions,
      ...input.decisions,
      train
        ? `ranges are those of ${rows.length} recordings of ${recordings!.dataset.name}`
        : `ranges are those of ${syntheticSequences} made-up sequences of ${steps} steps, whose normalised inputs are standard normal numbers`,
    ],
    calibration,
  };
  const { data: _data, dataDirectory: _directory, ...settings } = options;
  const own = recordings?.dataset;
  return {
    imported,
    warnings: warningsOf(imported, steps, options),
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

/** The network of the tensors, but for what the inputs' unit adds to its biases. */
function arrange({ cell, found }: NamedTensors, options: ImportOptions) {
  const get = (name: ImportName) => found.get(name)!;
  const stored = (full: 'W' | 'U'): StoredMatrix =>
    found.has(full) ? [get(full)] : [get(`${full}1`), get(`${full}2`)];
  const biases: readonly ImportName[] = cell === 'FastGRNN' ? ['biasGate', 'biasUpdate'] : ['bias'];
  const [hiddenSize, other = hiddenSize] = biases.map((name) => vectorOf(get(name)));
  if (hiddenSize !== other) {
    throw new ImportError(
      `${shown(get('biasGate'))} and ${shown(get('biasUpdate'))} must have one entry a hidden unit each`,
    );
  }
  const classes = vectorOf(get('classifierBias'));
  const matrices = arrangeMatrices(
    { w: stored('W'), u: stored('U') },
    hiddenSize,
    { transpose: options.transpose ?? 'auto', factors: options.factors ?? 'auto' },
    knownLayout(cell, found),
  );
  const classifier = arrangeClassifier(
    get('classifier'),
    { classes, hiddenSize },
    options.transposeClassifier ?? 'auto',
  );
  const scalarNames: readonly ImportName[] = cell === 'FastGRNN' ? ['zeta', 'nu'] : ['alpha', 'beta'];
  const scalars = arrangeScalars(
    Object.fromEntries(scalarNames.filter((name) => found.has(name)).map((name) => [name, get(name)])),
    options.scalars ?? 'auto',
  );
  const w = withinRank(matrices.w, hiddenSize, 'W');
  const u = withinRank(matrices.u, hiddenSize, 'U');
  const gate = options.gate ?? 'sigmoid';
  const update = options.update ?? 'tanh';
  const architecture: Architecture = {
    cell,
    inputSize: w.matrix.inputs,
    hiddenSize,
    wRank: w.matrix.rank,
    uRank: u.matrix.rank,
    gate,
    update,
    residual: cell === 'FastRNN' && !found.has('beta') ? 'tied' : 'free',
    head: options.head ?? 'softmax',
    output: options.output ?? 'last',
    vocabulary: 0,
    classes,
  };
  try {
    checkArchitecture(architecture);
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    throw new ImportError(`these weights make no network: ${error.message}`, { cause: error });
  }
  const assumed = (given: unknown) => (given === undefined ? 'assumed' : 'as given');
  const decisions = [
    matrices.decision,
    ...w.decisions,
    ...u.decisions,
    classifier.decision,
    scalars.decision,
    ...(cell === 'FastRNN' && !found.has('beta') ? ['no beta: it is 1 - alpha'] : []),
    ...(cell === 'FastGRNN' ? [`gate ${gate}: ${assumed(options.gate)}`] : []),
    `update ${update}: ${assumed(options.update)}`,
  ];
  /** All parameters in the order of `tensorsOf`, in float64; the biases take what W makes of `rest`, [D]. */
  const parameters = (rest: Float64Array): Float64Array => {
    const shift = times(multiplied(w.matrix, hiddenSize), rest, hiddenSize);
    const bias = (name: ImportName) => get(name).data.map((value, i) => value + shift[i]);
    const own: Record<string, Float64Array> = {
      ...tensorsOfMatrix('W', w.matrix),
      ...tensorsOfMatrix('U', u.matrix),
      ...Object.fromEntries(biases.map((name) => [name, bias(name)])),
      ...Object.fromEntries(Object.entries(scalars.values).map(([name, value]) => [name, Float64Array.of(value)])),
      classifier: classifier.data,
      classifierBias: get('classifierBias').data,
    };
    const out = new Float64Array(parameterCount(architecture));
    for (const { name, offset } of tensorsOf(architecture)) out.set(own[name], offset);
    return out;
  };
  return { architecture, parameters, decisions };
}

/** Layouts that names prove. */
function knownLayout(
  cell: 'FastGRNN' | 'FastRNN',
  found: ReadonlyMap<ImportName, ForeignTensor>,
): { layout: Layout; why: string } | undefined {
  const names = [...found.values()].map(({ name }) => name);
  if (names.some((name) => /\/|:\d+$/.test(name))) return { layout: 'rows', why: 'as variables of TensorFlow are' };
  if (cell === 'FastRNN' && names.includes('FC') && names.includes('FCbias')) {
    return { layout: 'rows', why: 'as EdgeML keeps its FastRNN' };
  }
  return undefined;
}

/** A rank above the largest that a matrix has saves nothing: the factors are multiplied out. */
function withinRank(matrix: OwnMatrix, hiddenSize: number, name: string) {
  if (matrix.rank <= Math.min(matrix.inputs, hiddenSize)) return { matrix, decisions: [] };
  return {
    matrix: { inputs: matrix.inputs, rank: 0, first: multiplied(matrix, hiddenSize), second: undefined },
    decisions: [`${name}: factors of rank ${matrix.rank} were multiplied out, a full matrix is smaller`],
  };
}

function tensorsOfMatrix(name: 'W' | 'U', { first, second }: OwnMatrix): Record<string, Float64Array> {
  return second ? { [`${name}1`]: first, [`${name}2`]: second } : { [name]: first };
}

function times(matrix: Float64Array, vector: Float64Array, rows: number): Float64Array {
  return new Float64Array(rows).map((_, i) =>
    vector.reduce((sum, value, j) => sum + matrix[i * vector.length + j] * value, 0),
  );
}

/** The entries of a bias, whatever ones its shape has: [H], [1, H], [H, 1]. */
function vectorOf(tensor: ForeignTensor): number {
  const { shape, data } = tensor;
  if (Math.max(1, ...shape) === data.length) return data.length;
  throw new ImportError(`${shown(tensor)} must be a vector: a bias has one entry a unit`);
}

function shown({ name, shape }: ForeignTensor): string {
  return `${name} [${shape.join(', ')}]`;
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
  const dataset = stackDataset(await loadDataset(settings, { dataDirectory }), stack);
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

function warningsOf({ unused, calibration }: Imported, steps: number, options: ImportOptions): string[] {
  return [
    ...(unused.length > 0 ? [`not used: ${unused.join(', ')}`] : []),
    ...(calibration === 'synthetic'
      ? [
          `no recordings to calibrate with: the integer formats will hold what ${syntheticSequences} made-up sequences of ${steps} steps reach (normalised inputs are standard normal numbers${options.steps === undefined ? '; another length by --steps' : ''}); name your own by --data`,
        ]
      : []),
  ];
}

async function hashOf(content: unknown): Promise<string> {
  return sha256(new TextEncoder().encode(canonicalJson(content)));
}
