import type { BoardName } from '../../recipe/index.js';
import type { RunOptions } from '../open.js';
import type { NetworkName } from './networks.js';
import type { Protocol } from './protocols.js';
import type { Sizing } from './sizes.js';

/** What a comparison is told. */
export interface CompareOptions extends Omit<RunOptions, 'trainer'> {
  readonly cells: readonly NetworkName[];
  /** How many, from the recipe's on. */
  readonly seeds: number;
  readonly protocol: Protocol;
  readonly sizing: Sizing;
  /** At equal bytes: how many; by default those of the recipe's own network. */
  readonly bytes?: number | undefined;
  /** On which boards the first seed's networks run. */
  readonly boards: readonly BoardName[];
  /** The folder of a comparison whose choices on validation are taken over, in place of choosing here. */
  readonly settings?: string | undefined;
  /** The float networks alone: nothing is quantised, no board is run. */
  readonly float?: boolean | undefined;
  /** The network that the others' leads are over; FastGRNN without it. */
  readonly against?: NetworkName | undefined;
  /** FastGRNN with and without its low rank, sparsity and quantisation beside. */
  readonly ablate?: boolean | undefined;
}
