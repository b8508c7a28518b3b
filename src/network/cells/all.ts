import { FastGRNN } from './fastgrnn.js';
import { FastRNN } from './fastrnn.js';
import { FastRNNVector } from './fastrnn-vector.js';
import { GRU } from './gru.js';
import { LSTM } from './lstm.js';
import { RNN } from './rnn.js';
import { UGRNN } from './ugrnn.js';

/** The file of each cell. */
export const cells = { FastGRNN, FastRNN, 'FastRNN-vector': FastRNNVector, RNN, UGRNN, GRU, LSTM };
