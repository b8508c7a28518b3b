import type { Recipe } from '../../recipe/index.js';

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

/**
 * A recipe's network as the one of this name: sizes, head and nonlinearities stay, what is one cell's or one recurrence's alone
 * doesn't.
 */
export function networkOf({ network }: Recipe, name: NetworkName): Recipe['network'] {
  const setting = table[name];
  const own = new Set<string>(ownFields[setting.cell] ?? []);
  for (const field of ownFields[setting.recurrence ?? 'dense'] ?? []) own.add(field);
  const foreign = new Set(Object.values(ownFields).flat());
  const kept = Object.entries(network).filter(([field]) => own.has(field) || !foreign.has(field));
  const { recurrence: _, ...rest } = Object.fromEntries(kept) as Recipe['network'];
  return { ...rest, residual: 'free', ...setting };
}

/** Fields of one cell or a few recurrences alone. A FastRNN's residual is free here, whatever the recipe's. */
const ownFields: Readonly<Record<string, readonly string[]>> = {
  'FastRNN, fixed': ['alpha', 'beta'],
  FastGRNN: ['vectorZetaNu'],
  GRU: ['reset'],
  LSTM: ['forgetBias'],
  oRNN: ['reflectors'],
  SpectralRNN: ['reflectors', 'spectralMargin'],
  FactoredRNN: ['spectralMargin', 'orthogonality', 'orthogonalityWeight'],
  EURNN: ['arrangement', 'capacity'],
};

/**
 * A recipe with the network of this name; a matrix that is made of other parameters stays whole, and of 8 bits, since training can't
 * round it.
 */
export function withNetwork(recipe: Recipe, name: NetworkName): Recipe {
  const network = networkOf(recipe, name);
  const { compression } = recipe;
  return (network.recurrence ?? 'dense') === 'dense'
    ? { ...recipe, network }
    : inEightBits({ ...recipe, network, compression: { ...compression, uSparsity: 1 } });
}

/** The recipe with weights of 8 bits that no training rounds. */
export function inEightBits(recipe: Recipe): Recipe {
  const { roundedEpochs: _, ...training } = recipe.training;
  const { weightBits: __, ...integer } = recipe.integer;
  return { ...recipe, training, integer };
}
