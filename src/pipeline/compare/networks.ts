import type { Recipe } from '../../recipe/index.js';

type Setting = Pick<Recipe['network'], 'cell'> & Partial<Recipe['network']>;

/** A network by the paper's name. */
export type NetworkName = 'RNN' | 'FastRNN' | 'FastGRNN';

/** The networks of Table 3, in its order, each as the recipe's fields that make it. */
const table: Readonly<Record<NetworkName, Setting>> = {
  RNN: { cell: 'FastRNN', residual: 'fixed', alpha: 1, beta: 0 },
  FastRNN: { cell: 'FastRNN' },
  FastGRNN: { cell: 'FastGRNN' },
};

/** All networks that can be compared, in the order of Table 3. */
export const networkNames = Object.keys(table) as NetworkName[];

/** A recipe's network as the one of this name: sizes, head and nonlinearities stay, what is one cell's alone doesn't. */
export function networkOf({ network }: Recipe, name: NetworkName): Recipe['network'] {
  const { alpha: _alpha, beta: _beta, ...rest } = network;
  return { ...rest, residual: 'free', ...table[name] };
}
