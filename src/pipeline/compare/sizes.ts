import { paperSize } from '../../compression/index.js';
import type { Dataset } from '../../data/index.js';
import {
  ArchitectureError,
  plainArchitecture,
  tensorsOf,
  type Architecture,
  type TensorSpec,
} from '../../network/index.js';
import { RecipeError, type Recipe } from '../../recipe/index.js';
import { thresholdedMatrices } from '../../training/index.js';
import { architectureOf } from '../prepare.js';
import { inEightBits, networkOf, withNetwork, type NetworkName, type OwnFields } from './networks.js';
import type { PaperData } from './paper.js';

/** How large the networks of a comparison are: as the recipe says, of equal bytes, or as in the paper. */
export const sizings = ['equal', 'recipe', 'paper'] as const;
/** One of `sizings`. */
export type Sizing = (typeof sizings)[number];

/** The most hidden units that a recipe allows. */
const mostHidden = 255;

/** A power of two: hidden units of which every recurrence can be built, so that what is wrong there is something else. */
const suitable = 128;

/** A network's size before it is trained. */
export interface PlannedSize {
  /** The paper's accounting of its quantised form, as a device has it. */
  readonly paperBytes: number;
  /** 4 bytes a parameter, as Table 3 counts networks that aren't quantised; without the embedding. */
  readonly floatBytes: number;
}

/** The size that a network has when its matrices have the nonzeros and the bits that the recipe leaves them. */
export function plannedSize(
  architecture: Architecture,
  { compression, integer }: Pick<Recipe, 'compression' | 'integer'>,
): PlannedSize {
  const four = integer.weightBits === 4;
  /** Bytes of a matrix with all entries; of 4 bits each row takes whole ones, and a second factor's rows are its columns. */
  const bytesOf = ({ name, shape: [rows, columns], size }: TensorSpec) =>
    four ? (name.endsWith('2') ? columns * Math.ceil(rows / 2) : rows * Math.ceil(columns / 2)) : size;
  const own = (of: Architecture) => tensorsOf(of).filter(({ role }) => role !== 'embedding');
  const device = plainArchitecture(architecture); // U is a matrix there; EURNN has no such form
  const matrices = thresholdedMatrices(device, compression).map(({ tensor, kept }) => ({
    ...{ name: tensor.name, entries: tensor.size, nonzeros: kept },
    ...(four ? { packedBytes: bytesOf(tensor) } : {}),
  }));
  const others = own(device)
    .filter(({ role }) => role !== 'matrix')
    .map((tensor) => ({ name: tensor.name, entries: tensor.role === 'classifier' ? bytesOf(tensor) : tensor.size }));
  return {
    paperBytes: paperSize(matrices, others).bytes,
    floatBytes: 4 * own(architecture).reduce((sum, { size }) => sum + size, 0),
  };
}

/** What the sizes of a comparison follow from. */
export interface SizingTask {
  readonly sizing: Sizing;
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  readonly paper: PaperData | undefined;
  /** Equal bytes: how many; by default those of the recipe's own network. */
  readonly bytes?: number | undefined;
  /** Fields that go to every network that has them. */
  readonly given?: OwnFields;
}

/**
 * A recipe for the network of this name, of the size asked for. At equal bytes it has the most hidden units that fit, its ranks
 * growing with them as in the recipe. At the paper's size it has full matrices and the hidden units whose parameters of 4 bytes
 * come nearest to Table 3's KB (FastGRNN: Table 11), no more than a recipe allows, and weights of 8 bits.
 *
 * @throws RecipeError where no network is that small, or the paper has no size for it
 */
export function sizedRecipe(task: SizingTask, name: NetworkName): Recipe {
  const recipe = withNetwork(task.recipe, name, task.given);
  if (task.sizing === 'recipe') {
    return { ...recipe, network: withHidden(recipe.network, recipe.network.hiddenSize) };
  }
  return task.sizing === 'paper' ? paperSized(task, name, recipe) : equalSized(task, name, recipe);
}

/** The recipe's own network, in the paper's accounting. */
export function ownBytes({ recipe, dataset }: Pick<SizingTask, 'recipe' | 'dataset'>): number {
  const network = withHidden(recipe.network, recipe.network.hiddenSize);
  return plannedSize(architectureOf({ ...recipe, network }, dataset), recipe).paperBytes;
}

function equalSized(task: SizingTask, name: NetworkName, recipe: Recipe): Recipe {
  const { dataset } = task;
  const bytes = task.bytes ?? ownBytes(task);
  const sizes = sizesOf(dataset, (hiddenSize) => ({
    ...recipe,
    network: withRanks(recipe.network, hiddenSize, dataset),
  }));
  const fitting = sizes.filter(({ paperBytes }) => paperBytes <= bytes);
  if (fitting.length === 0) {
    throw new RecipeError(
      `no ${name} is as small as ${bytes} bytes: the smallest takes ${sizes[0].paperBytes}; give more by --bytes`,
    );
  }
  return fitting[fitting.length - 1].recipe;
}

/**
 * The networks of all numbers of hidden units that can be built (some recurrences need an even one, or a few).
 *
 * @throws RecipeError where none can
 */
function sizesOf(dataset: Dataset, of: (hiddenSize: number) => Recipe): (PlannedSize & { readonly recipe: Recipe })[] {
  let why = '';
  const sizes = Array.from({ length: mostHidden }, (_, i) => of(i + 1)).flatMap((recipe) => {
    try {
      return [{ recipe, ...plannedSize(architectureOf(recipe, dataset), recipe) }];
    } catch (error) {
      if (!(error instanceof ArchitectureError)) throw error;
      if (recipe.network.hiddenSize <= suitable) why = error.message;
      return [];
    }
  });
  if (sizes.length === 0) throw new RecipeError(`no network of any size can be built: ${why}`);
  return sizes;
}

/** The network with other hidden units, and no more reflectors than these. */
function withHidden(network: Recipe['network'], hiddenSize: number): Recipe['network'] {
  const { reflectors } = network;
  return { ...network, hiddenSize, ...(reflectors && { reflectors: Math.min(reflectors, hiddenSize) }) };
}

/** The network with other hidden units, and its ranks in proportion. */
function withRanks(network: Recipe['network'], hiddenSize: number, dataset: Dataset): Recipe['network'] {
  const inputs = network.embedding > 0 ? network.embedding : dataset.train.features;
  const scaled = (rank: number, most: number) =>
    rank === 0 ? 0 : Math.max(1, Math.min(most, Math.round((rank * hiddenSize) / network.hiddenSize)));
  return {
    ...withHidden(network, hiddenSize),
    wRank: scaled(network.wRank, Math.min(inputs, hiddenSize)),
    uRank: scaled(network.uRank, hiddenSize),
  };
}

function paperSized(task: SizingTask, name: NetworkName, recipe: Recipe): Recipe {
  const { dataset, paper } = task;
  if (!paper) {
    throw new RecipeError(
      `the paper has no sizes for ${dataset.name}; take --size equal, or --size recipe with sizes of your own`,
    );
  }
  if (name === 'FastGRNN') return withTable11(task.recipe, paper, task.given);
  const kilobytes = paper.figures[name]?.kilobytes;
  if (kilobytes === undefined) {
    throw new RecipeError(`the paper has no ${name} for ${paper.name}; leave it out of --cells`);
  }
  const whole = inEightBits({ ...recipe, ...denseOf(recipe) });
  const sizes = sizesOf(dataset, (hiddenSize) => ({
    ...whole,
    network: { ...withHidden(whole.network, hiddenSize), wRank: 0, uRank: 0 },
  }));
  const distance = ({ floatBytes }: PlannedSize) => Math.abs(floatBytes - 1024 * kilobytes);
  return sizes.reduce((best, size) => (distance(size) < distance(best) ? size : best)).recipe;
}

/** The FastGRNN of Table 11, trained in three stages. */
export function withTable11(recipe: Recipe, { fastGRNN }: PaperData, given: OwnFields = {}): Recipe {
  const { wSparsity, uSparsity, ...shape } = fastGRNN;
  return inEightBits({
    ...recipe,
    network: { ...networkOf(recipe, 'FastGRNN', given), ...shape },
    training: { ...recipe.training, epochs: threeStages(recipe.training.epochs) },
    compression: { ...recipe.compression, wSparsity, uSparsity },
  });
}

/** All matrices whole, all epochs in the first stage. */
export function denseOf({ training, compression }: Recipe): Pick<Recipe, 'training' | 'compression'> {
  const [dense, thresholding, support] = training.epochs;
  return {
    training: { ...training, epochs: [dense + thresholding + support, 0, 0] },
    compression: { ...compression, wSparsity: 1, uSparsity: 1 },
  };
}

/** As many epochs in three stages, where there is but the first. */
export function threeStages([
  dense,
  thresholding,
  support,
]: Recipe['training']['epochs']): Recipe['training']['epochs'] {
  if (thresholding > 0) return [dense, thresholding, support];
  const third = Math.max(1, Math.floor(dense / 3));
  return [Math.max(1, dense - 2 * third), third, third];
}
