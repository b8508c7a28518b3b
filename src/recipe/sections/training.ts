import * as z from 'zod/mini';
import { choice, field, flag, fraction, integer, number, optional, positive } from '../fields.js';

const epochCount = z.int().check(z.gte(0), z.lte(100_000));

/** How the network is trained. */
export const training = z.strictObject({
  epochs: field(
    z._default(
      z.tuple([epochCount, epochCount, epochCount]).check(z.refine(([e1, e2, e3]) => e1 + e2 + e3 > 0)),
      [60, 0, 0],
    ),
    'Epochs of the three stages: dense, iterative hard thresholding, fixed support.',
    'three integers from 0, not all zero, as in [100, 100, 100]',
  ),
  roundedEpochs: optional(
    epochCount,
    'Epochs of a fourth stage, whose network computes with weights rounded as an integer network stores them, to 8 or 4 bits (integer.weightBits), while each step goes to the weights behind them (straight-through). A U that is made of other parameters (network.recurrence) is rounded as the matrix that they make, which the model then holds. None where it is left out.',
    'an integer from 0 to 100000',
  ),
  batchSize: integer('Recordings a batch.', 1, 65_536, 128),
  shards: integer(
    'Into how many parts a batch is cut, whatever the number of workers: a part of the definition of the result.',
    1,
    64,
    8,
  ),
  optimiser: choice(
    "The optimiser; momentum is Nesterov momentum. rsg is the paper's Algorithm 1, randomised stochastic gradient, for RNN and FastRNN: its step size follows from alpha, the recordings' steps and dBar, so that learningRate, its schedule, weightDecay, momentum and clip don't count.",
    ['adam', 'momentum', 'sgd', 'rsg'],
    'adam',
  ),
  dBar: optional(
    z.number().check(z.positive()),
    'rsg: the D bar of Theorem 3.1, to which small step sizes are proportional; 1 without it.',
    'a number above 0',
  ),
  learningRate: positive('The largest learning rate.', 10, 0.01),
  finalLearningRate: number('The learning rate at the end of a cosine schedule.', 0, 10, 1e-4),
  schedule: choice(
    'How the learning rate falls: one cosine over all epochs, to a tenth for the last third (step), or not.',
    ['cosine', 'step', 'constant'],
    'cosine',
  ),
  warmup: number('Epochs over which the learning rate rises from zero.', 0, 100_000, 1),
  weightDecay: number('Decoupled weight decay of the matrices.', 0, 100, 0.01),
  momentum: fraction('The momentum of the momentum optimiser.', 0.9, 'zero allowed'),
  clip: number('The largest norm of the gradient; 0 for no clipping.', 0, 1e9, 1),
  labelSmoothing: fraction('The probability that is spread over all classes.', 0, 'zero allowed'),
  dropout: field(
    z.optional(z.number().check(z.gte(0), z.lt(1))),
    'The share of the values between two layers that each training step leaves out at random; 0 without it. For networks of 2 layers and more.',
    'a number from 0 to below 1',
  ),
  balance: choice(
    'Classes of different size: leave them so (none), weigh each row so that every class counts the same (weights), or draw as many rows of each class an epoch (sampling).',
    ['none', 'weights', 'sampling'],
    'none',
  ),
  earlyStopping: flag('In all stages but the first, keep the epoch that is best on the validation set.', true),
  retrain: flag('After choosing on validation, train again on the full training set.', false),
  stream: z.exactOptional(
    z.strictObject({
      before: integer(
        'The most network steps of another recording that each one begins with, a random number of its end: the state begins from what they leave.',
        0,
        100_000,
        0,
      ),
      history: integer(
        'How many recordings on average a stream has gone through before each one, which begins with the state that they leave; 0 for none.',
        0,
        1000,
        0,
      ),
      roll: flag('Recordings of other classes than detector.wake end at a random step.', false),
      wordSteps: integer(
        'Where network.output is every: of a recording of detector.wake only so many last steps count, since the word is not said before; 0 for all.',
        0,
        100_000,
        0,
      ),
      mineEvery: integer(
        'After how many epochs the recordings are looked for that are taken for a word of detector.wake and are none; 0 for never.',
        0,
        100_000,
        0,
      ),
      mineTimes: integer('How many times more often these are drawn.', 1, 1000, 4),
    }),
  ),
  augment: z.prefault(
    z.strictObject({
      rotate: number(
        'Standard deviation of a random rotation of the sensor axes, in groups of three, in degrees.',
        0,
        180,
        0,
      ),
      shift: integer('Largest random shift in time, in steps.', 0, 100_000, 0),
      scale: fraction('Largest random change of scale, as a fraction.', 0, 'zero allowed'),
      noise: number('Standard deviation of added noise, after normalisation.', 0, 100, 0),
      stretch: optional(
        z.number().check(z.gte(0), z.lt(1)),
        'Largest random change of speed, as a fraction, about the middle of the recording. 0 without it.',
        'a number from 0 to below 1',
      ),
      warp: optional(
        z.number().check(z.gte(0), z.lt(1)),
        'Sounds as log energies: largest random change of the axis of filters, as a fraction: a voice of another size. 0 without it.',
        'a number from 0 to below 1',
      ),
      loudness: optional(
        z.number().check(z.gte(0), z.lte(60)),
        'Sounds as log energies: largest random change of loudness, in decibels. 0 without it.',
        'a number from 0 to 60',
      ),
      maskFrames: optional(
        z.int().check(z.gte(0), z.lte(65_535)),
        'Most frames in a row that are masked by the mean (SpecAugment). 0 without it.',
        'an integer from 0 to 65535',
      ),
      maskChannels: optional(
        z.int().check(z.gte(0), z.lte(255)),
        'Sounds as log energies: most neighbouring filters that are masked by the mean (SpecAugment). 0 without it.',
        'an integer from 0 to 255',
      ),
      background: optional(
        z.strictObject({
          class: z.string().check(z.minLength(1)),
          share: z.number().check(z.gt(0), z.lte(1)),
          snr: z.tuple([z.number().check(z.gte(-60), z.lte(60)), z.number().check(z.gte(-60), z.lte(60))]),
        }),
        'Sounds as log energies: to this share of the recordings the energies of a recording of this class are added, softer than it by so many decibels. None without it.',
        'a class, a share and the lowest and highest decibels, as in {class: _silence_, share: 0.5, snr: [0, 20]}',
      ),
      room: optional(
        z.number().check(z.gte(0), z.lte(1)),
        'Sounds as log energies each 10 ms: the share of the recordings that are heard in a room, whose echoes decay by 60 dB in 0.1 to 0.6 s and are softer than the sound itself by 0 to 12 dB in all. 0 without it.',
        'a number from 0 to 1',
      ),
      mixup: optional(
        z.number().check(z.gte(0), z.lte(1)),
        'With classes: the share of the recordings that are mixed with another one, which makes up to half of input and target. 0 without it.',
        'a number from 0 to 1',
      ),
    }),
    {},
  ),
  teacher: optional(
    z.strictObject({
      recipe: z.string().check(z.minLength(1)),
      temperature: z.number().check(z.gt(0), z.lte(100)),
      weight: z.number().check(z.gt(0), z.lte(1)),
    }),
    "A larger network that is trained first, by another recipe's network and training on the same data, and whose answers are learnt beside the labels: the share of the loss that compares with them (weight), both softened by a temperature. None without it.",
    'a recipe, a temperature and a weight, as in {recipe: google12-large, temperature: 2, weight: 0.5}',
  ),
});
