import { RecipeError, type Recipe } from '../../recipe/index.js';

type Setting = Pick<Recipe['network'], 'cell'> & Partial<Recipe['network']>;

/** A network by the paper's name. */
export type NetworkName =
  | 'RNN'
  | 'FastRNN'
  | 'FastRNN-vector'
  | 'FastGRNN'
  | 'SpectralRNN'
  | 'EURNN'
  | 'oRNN'
  | 'FactoredRNN'
  | 'UGRNN'
  | 'GRU'
  | 'LSTM';

/** The networks of Table 3 (and 13), in its order, each as the recipe's fields that make it. */
const table: Readonly<Record<NetworkName, Setting>> = {
  RNN: { cell: 'RNN' },
  FastRNN: { cell: 'FastRNN' },
  'FastRNN-vector': { cell: 'FastRNN-vector' },
  FastGRNN: { cell: 'FastGRNN' },
  SpectralRNN: { cell: 'RNN', recurrence: 'SpectralRNN', uRank: 0 },
  EURNN: { cell: 'RNN', recurrence: 'EURNN', uRank: 0 },
  oRNN: { cell: 'RNN', recurrence: 'oRNN', uRank: 0 },
  FactoredRNN: { cell: 'RNN', recurrence: 'FactoredRNN', uRank: 0 },
  UGRNN: { cell: 'UGRNN' },
  GRU: { cell: 'GRU' },
  LSTM: { cell: 'LSTM' },
};

/** All networks that can be compared, in the order of Table 3. */
export const networkNames = Object.keys(table) as NetworkName[];

/** Fields of `network` that a user sets and some networks alone have, by their names; not yet checked. */
export type OwnFields = Readonly<Record<string, unknown>>;

/**
 * A recipe's network as the one of this name: sizes, head and nonlinearities stay, what is one cell's or one recurrence's alone
 * stays where this is that cell or recurrence.
 *
 * @param given fields that go to every network that has them, whatever the recipe's
 */
export function networkOf({ network }: Recipe, name: NetworkName, given: OwnFields = {}): Recipe['network'] {
  const setting = table[name];
  const own = fieldsOf(setting);
  const mine = (fields: OwnFields) =>
    Object.fromEntries(Object.entries(fields).filter(([field]) => own.has(field) || !ownFieldNames.has(field)));
  const { recurrence: _, residual, ...rest } = network;
  const kept = network.cell === setting.cell ? residual : 'free';
  return { ...mine(rest), residual: kept, ...mine(given), ...setting } as Recipe['network'];
}

/** Fields of one cell or a few recurrences alone. */
const ownFields: Readonly<Record<string, readonly string[]>> = {
  FastRNN: ['residual', 'alpha', 'beta'],
  FastGRNN: ['residual', 'vectorZetaNu'],
  GRU: ['reset'],
  LSTM: ['forgetBias'],
  oRNN: ['reflectors'],
  SpectralRNN: ['reflectors', 'spectralMargin'],
  FactoredRNN: ['spectralMargin', 'orthogonality', 'orthogonalityWeight'],
  EURNN: ['arrangement', 'capacity'],
};

const ownFieldNames: ReadonlySet<string> = new Set(Object.values(ownFields).flat());

/** The fields that a network has and some others haven't. */
function fieldsOf({ cell, recurrence = 'dense' }: Setting): ReadonlySet<string> {
  return new Set([...(ownFields[cell] ?? []), ...(ownFields[recurrence] ?? [])]);
}

/** Those of a user's settings that a recipe's own network has, as `--set` has them. */
export function setsOf(network: Setting, sets: readonly string[]): string[] {
  const own = fieldsOf(network);
  return sets.filter((set) => own.has(fieldOf(set)));
}

/** The field of `network` that NAME=VALUE sets; '' where it is another's. */
export function fieldOf(set: string): string {
  return /^\s*network\.(\w+)\s*=/.exec(set)?.[1] ?? '';
}

/**
 * What of a user's settings is of some networks alone, and the others.
 *
 * @param sets as `--set` has them: NAME=VALUE
 * @throws RecipeError for a field that none of these networks has
 */
export function dividedSets(
  sets: readonly string[],
  names: readonly NetworkName[],
): { readonly common: string[]; readonly own: string[] } {
  const [common, own]: [string[], string[]] = [[], []];
  for (const set of sets) {
    const field = fieldOf(set);
    if (!ownFieldNames.has(field)) {
      common.push(set);
      continue;
    }
    own.push(set);
    if (names.some((name) => fieldsOf(table[name]).has(field))) continue;
    const those = networkNames.filter((name) => fieldsOf(table[name]).has(field));
    throw new RecipeError(
      `network.${field}: only ${those.join(' and ')} ${those.length > 1 ? 'have' : 'has'} it, and --cells has none; add one, or take it out`,
    );
  }
  return { common, own };
}

/** A recipe with the network of this name; a matrix that is made of other parameters stays whole, and that of an EURNN, which no device holds, is rounded by no training. */
export function withNetwork(recipe: Recipe, name: NetworkName, given: OwnFields = {}): Recipe {
  const network = networkOf(recipe, name, given);
  const { compression } = recipe;
  const { recurrence = 'dense' } = network;
  if (recurrence === 'dense') return { ...recipe, network };
  const whole = { ...recipe, network, compression: { ...compression, uSparsity: 1 } };
  return recurrence === 'EURNN' ? inEightBits(whole) : whole;
}

/** The recipe with weights of 8 bits that no training rounds. */
export function inEightBits(recipe: Recipe): Recipe {
  const { roundedEpochs: _, ...training } = recipe.training;
  const { weightBits: __, ...integer } = recipe.integer;
  return { ...recipe, training, integer };
}
