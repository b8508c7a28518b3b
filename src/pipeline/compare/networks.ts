import type { Recipe } from '../../recipe/index.js';

type Setting = Pick<Recipe['network'], 'cell'> & Partial<Recipe['network']>;

/** A network by the paper's name. */
export type NetworkName = 'RNN' | 'FastRNN' | 'FastGRNN' | 'SpectralRNN' | 'EURNN' | 'oRNN' | 'FactoredRNN';

const rnn: Setting = { cell: 'FastRNN', residual: 'fixed', alpha: 1, beta: 0 };

/** The networks of Table 3, in its order, each as the recipe's fields that make it. */
const table: Readonly<Record<NetworkName, Setting>> = {
  RNN: rnn,
  FastRNN: { cell: 'FastRNN' },
  FastGRNN: { cell: 'FastGRNN' },
  SpectralRNN: { ...rnn, recurrence: 'SpectralRNN', uRank: 0 },
  EURNN: { ...rnn, recurrence: 'EURNN', uRank: 0 },
  oRNN: { ...rnn, recurrence: 'oRNN', uRank: 0 },
  FactoredRNN: { ...rnn, recurrence: 'FactoredRNN', uRank: 0 },
};

/** All networks that can be compared, in the order of Table 3. */
export const networkNames = Object.keys(table) as NetworkName[];

/**
 * A recipe's network as the one of this name: sizes, head and nonlinearities stay, what is one cell's or one recurrence's alone
 * doesn't, unless the recipe's network has the same recurrence.
 */
export function networkOf({ network }: Recipe, name: NetworkName): Recipe['network'] {
  const { alpha: _alpha, beta: _beta, recurrence = 'dense', ...rest } = network;
  const setting = table[name];
  if ((setting.recurrence ?? 'dense') === recurrence) {
    return { ...rest, residual: 'free', ...(recurrence === 'dense' ? {} : { recurrence }), ...setting };
  }
  const { reflectors: _r, spectralMargin: _s, orthogonality: _o, orthogonalityWeight: _w, ...others } = rest;
  const { arrangement: _a, capacity: _c, ...plain } = others;
  return { ...plain, residual: 'free', ...setting };
}

/** A recipe with the network of this name; a matrix that is made of other parameters stays whole. */
export function withNetwork(recipe: Recipe, name: NetworkName): Recipe {
  const network = networkOf(recipe, name);
  const whole = network.recurrence !== undefined && network.recurrence !== 'dense';
  return { ...recipe, network, ...(whole ? { compression: { ...recipe.compression, uSparsity: 1 } } : {}) };
}
