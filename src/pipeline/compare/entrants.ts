import type { Dataset } from '../../data/index.js';
import { canonicalJson, type Recipe } from '../../recipe/index.js';
import { inEightBits, networkOf, networkNames, type NetworkName, type OwnFields } from './networks.js';
import type { PaperData } from './paper.js';
import { networkTraining, type Protocol } from './protocols.js';
import { denseOf, sizedRecipe, threeStages, withTable11, type Sizing } from './sizes.js';

/** A row of a comparison before it is trained. */
export interface Entrant {
  /** What the row is called. */
  readonly label: string;
  readonly name: NetworkName;
  /** Its recipe before validation has chosen. */
  readonly recipe: Recipe;
  /** Rows of the same trial share one training. */
  readonly trial: string;
  /** Whether the row is of the quantised network too. */
  readonly quantised: boolean;
}

export interface EntrantsTask {
  readonly names: readonly NetworkName[];
  readonly ablate: boolean;
  readonly protocol: Protocol;
  readonly sizing: Sizing;
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  readonly paper: PaperData | undefined;
  readonly bytes?: number | undefined;
  /** Fields that go to every network that has them. */
  readonly given?: OwnFields;
}

/** The rows of a comparison in order. */
export function entrantsOf(task: EntrantsTask): Entrant[] {
  const { names, ablate, protocol } = task;
  const plain = networkNames
    .filter((name) => names.includes(name) && !(ablate && name === 'FastGRNN'))
    .map((name): Entrant => {
      const sized = sizedRecipe(task, name);
      const recipe = { ...sized, training: { ...sized.training, ...networkTraining(protocol, name) } };
      return { label: name, name, recipe, trial: name, quantised: true };
    });
  return ablate ? [...plain, ...ablation(task)] : plain;
}

/** Where neither the recipe nor the paper says how sparse a matrix is. */
const usualSparsity = 0.3;

/** FastGRNN without its quantisation, sparsity and low rank, one after the other (Tables 8 to 10). */
function ablation(task: EntrantsTask): Entrant[] {
  const { recipe, sizing, paper } = task;
  const whole = sizing === 'paper' && paper ? withTable11(recipe, paper, task.given) : sparse(task);
  const exact = withoutRounding(whole);
  const lowRank: Recipe = { ...exact, ...denseOf(exact) };
  const fullRank: Recipe = { ...lowRank, network: { ...lowRank.network, wRank: 0, uRank: 0 } };
  const entrant = (label: string, of: Recipe, trial: string): Entrant => ({
    ...{ label, name: 'FastGRNN', recipe: of, trial, quantised: label === 'FastGRNN' },
  });
  return [
    entrant('FastGRNN', whole, 'FastGRNN-sparse'),
    entrant('FastGRNN-Q', exact, same(exact, whole) ? 'FastGRNN-sparse' : 'FastGRNN-Q'),
    // Where the recipe's own network is not sparse, that is it.
    entrant('FastGRNN-SQ', lowRank, same(lowRank, sizedRecipe(task, 'FastGRNN')) ? 'FastGRNN' : 'FastGRNN-SQ'),
    entrant('FastGRNN-LSQ', fullRank, 'FastGRNN-LSQ'),
  ];
}

/** As many epochs without a stage of rounded weights: its own go to the last stage that there is. */
function withoutRounding(recipe: Recipe): Recipe {
  const { roundedEpochs = 0, epochs } = recipe.training;
  if (roundedEpochs === 0) return recipe;
  const [dense, thresholding, support] = epochs;
  const longer: typeof epochs =
    support > 0 ? [dense, thresholding, support + roundedEpochs] : [dense + roundedEpochs, thresholding, support];
  return inEightBits({ ...recipe, training: { ...recipe.training, epochs: longer } });
}

function same(a: Recipe, b: Recipe): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** The recipe's own FastGRNN, sparse as the recipe says, else as Table 11 does, else by a usual fraction. */
function sparse({ recipe, paper, given }: EntrantsTask): Recipe {
  const { wSparsity, uSparsity } = recipe.compression;
  const own = wSparsity < 1 || uSparsity < 1;
  const usual = paper?.fastGRNN ?? { wSparsity: usualSparsity, uSparsity: usualSparsity };
  const kept = own ? { wSparsity, uSparsity } : { wSparsity: usual.wSparsity, uSparsity: usual.uSparsity };
  return {
    ...recipe,
    network: networkOf(recipe, 'FastGRNN', given),
    training: { ...recipe.training, epochs: threeStages(recipe.training.epochs) },
    compression: { ...recipe.compression, ...kept },
  };
}
