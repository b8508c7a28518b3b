import * as z from 'zod/mini';
import { NONLINEARITIES } from '../../kernels/index.js';
import { choice, field, integer, optional } from '../fields.js';

const unit = () => z.optional(z.number().check(z.gte(0), z.lte(1)));

/** The shape of the network. */
export const network = z.strictObject({
  cell: choice(
    'The recurrent cell.',
    ['FastGRNN', 'FastRNN', 'FastRNN-vector', 'RNN', 'UGRNN', 'GRU', 'LSTM'],
    'FastGRNN',
  ),
  hiddenSize: integer('The number of hidden units.', 1, 255, 32),
  wRank: integer("The rank of the input matrix W, the paper's r_w; 0 for a full matrix.", 0, 255, 0),
  uRank: integer("The rank of the recurrent matrix U, the paper's r_u; 0 for a full matrix.", 0, 255, 0),
  layers: optional(
    z.int().check(z.gte(1), z.lte(8)),
    'Cells one above the other, each with hiddenSize units and the same ranks, each reading the states of the one below; 1 without it.',
    'an integer from 1 to 8',
  ),
  bidirectional: optional(
    z.boolean(),
    "Whether each layer has a second cell that reads the sequence from its end; false without it. Such a network needs whole sequences: it can't run on a stream.",
    'true or false',
  ),
  recurrence: optional(
    z.enum(['dense', 'oRNN', 'SpectralRNN', 'FactoredRNN', 'EURNN']),
    'What U is made of; dense, a matrix of its own or of rank uRank, without it. oRNN: reflectors. SpectralRNN: reflectors and singular values. FactoredRNN: orthogonal factors and singular values. EURNN: rotations and phases of complex units, with modReLU for update.',
    'one of dense, oRNN, SpectralRNN, FactoredRNN, EURNN',
  ),
  reflectors: optional(
    z.int().check(z.gte(1), z.lte(255)),
    'oRNN and SpectralRNN: reflectors of each orthogonal matrix; 16 without it, or hiddenSize where that is less.',
    'an integer from 1 to hiddenSize',
  ),
  spectralMargin: optional(
    z.number().check(z.gte(0), z.lte(1)),
    'SpectralRNN and FactoredRNN: singular values of U lie within 1 +- spectralMargin; 0.1 without it.',
    'a number from 0 to 1',
  ),
  orthogonality: optional(
    z.enum(['geodesic', 'soft']),
    'FactoredRNN: what keeps its factors orthogonal: steps along the manifold of orthogonal matrices (geodesic, without it), or a penalty (soft).',
    'one of geodesic, soft',
  ),
  orthogonalityWeight: optional(
    z.number().check(z.gte(0)),
    'FactoredRNN with soft orthogonality: the weight of the penalty; 0.01 without it.',
    'a number from 0 on',
  ),
  arrangement: optional(
    z.enum(['tunable', 'fft']),
    'EURNN: which units a layer of rotations pairs: neighbours (tunable, without it), or those of a fast Fourier transform (fft).',
    'one of tunable, fft',
  ),
  capacity: optional(
    z.int().check(z.gte(1), z.lte(127)),
    'EURNN in the tunable arrangement: layers of rotations; 2 without it.',
    'an integer from 1 to hiddenSize / 2',
  ),
  gate: choice(
    'The nonlinearity of gates (FastGRNN, UGRNN, GRU, LSTM). hardSigmoid is clip((x+1)/2, 0, 1), hardSigmoid4 is clip((x+2)/4, 0, 1); sigmoid8 and tanh8 follow their curves by eight straight lines a side, in training as on the device.',
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
    'FastRNN: alpha and beta both trained (free), alpha trained and beta = 1 - alpha (tied), or neither trained (fixed). FastGRNN: zeta and nu trained (free), or 1 and 0 (tied): each state is then a mean of the candidate and the last one, so it stays bounded for ever.',
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
  vectorZetaNu: field(
    z.optional(z.boolean()),
    'FastGRNN: whether zeta and nu are vectors, a number a unit, in place of one number each; false without it.',
    'true or false',
  ),
  reset: field(
    z.optional(z.enum(['before', 'after'])),
    'GRU: whether the reset gate comes before the recurrent product, or after it as without this field.',
    'one of before, after',
  ),
  forgetBias: field(
    z.optional(z.number().check(z.gte(-10), z.lte(10))),
    "LSTM: the first value of the forget gate's bias; 1 without it.",
    'a number from -10 to 10',
  ),
});
