import type { Architecture, Nonlinearity } from '../../network/index.js';
import type { LayoutChoice } from './layout.js';
import type { ImportName } from './names.js';
import type { ScalarForm } from './scalars.js';

/** What the weights alone don't tell of a network. */
export interface NetworkOptions {
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
  /** Of the gates; default sigmoid. */
  readonly gate?: Nonlinearity;
  /** Of the candidate state; default tanh. */
  readonly update?: Nonlinearity;
  readonly head?: 'softmax' | 'sigmoid';
  readonly output?: Architecture['output'];
}
