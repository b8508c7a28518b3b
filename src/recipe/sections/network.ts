import * as z from 'zod/mini';
import { NONLINEARITIES } from '../../kernels/index.js';
import { choice, field, integer } from '../fields.js';

const unit = () => z.optional(z.number().check(z.gte(0), z.lte(1)));

/** The shape of the network. */
export const network = z.strictObject({
  cell: choice('The recurrent cell.', ['FastGRNN', 'FastRNN'], 'FastGRNN'),
  hiddenSize: integer('The number of hidden units.', 1, 255, 32),
  wRank: integer("The rank of the input matrix W, the paper's r_w; 0 for a full matrix.", 0, 255, 0),
  uRank: integer("The rank of the recurrent matrix U, the paper's r_u; 0 for a full matrix.", 0, 255, 0),
  gate: choice(
    'The nonlinearity of the gate z (FastGRNN). hardSigmoid is clip((x+1)/2, 0, 1), hardSigmoid4 is clip((x+2)/4, 0, 1).',
    NONLINEARITIES,
    'hardSigmoid4',
  ),
  update: choice('The nonlinearity of the candidate state. hardTanh is clip(x, -1, 1).', NONLINEARITIES, 'hardTanh'),
  head: choice(
    'What the outputs are: one class (softmax), any number of labels (sigmoid), or values (regression).',
    ['softmax', 'sigmoid', 'regression'],
    'softmax',
  ),
  output: choice(
    "Which state the head reads: each sequence's last one, every one (an output a step), or the mean of all.",
    ['last', 'every', 'mean'],
    'last',
  ),
  embedding: integer(
    'Inputs are tokens (whole numbers): the size of the vector that each becomes; 0 for inputs that are numbers.',
    0,
    255,
    0,
  ),
  residual: choice(
    'FastRNN: alpha and beta both trained (free), alpha trained and beta = 1 - alpha (tied), or neither trained (fixed).',
    ['free', 'tied', 'fixed'],
    'free',
  ),
  alpha: field(
    unit(),
    'FastRNN with a fixed residual: the weight of the candidate state; sigmoid(-3) without it.',
    'a number from 0 to 1',
  ),
  beta: field(
    unit(),
    'FastRNN with a fixed residual: the weight of the old state; 1 - alpha without it.',
    'a number from 0 to 1',
  ),
});
