import type { Dataset } from '../../data/index.js';
import type { Recipe } from '../../recipe/index.js';

/** What Table 3 says of a network, and Table 13 of FastRNN-vector. */
export interface PaperFigure {
  /** Per cent. */
  readonly accuracy: number;
  /** KB of 1024 bytes; 4 bytes a parameter but for FastGRNN, which is quantised. */
  readonly kilobytes: number;
}

/** A data set of the paper: what it reports, and FastGRNN's shape in Table 11. */
export interface PaperData {
  readonly name: string;
  /** Whether the recipe's recordings are those that the figures are of, perhaps cut into other steps (the name says into how many); else the sizes alone are the paper's. */
  readonly measured: boolean;
  readonly figures: Readonly<Record<string, PaperFigure | undefined>>;
  /** Table 7: FastRNN's learnt weights by the number of steps. */
  readonly scaling: readonly { readonly steps: number; readonly alpha: number; readonly beta: number }[];
  readonly fastGRNN: {
    readonly hiddenSize: number;
    readonly wRank: number;
    readonly uRank: number;
    readonly wSparsity: number;
    readonly uSparsity: number;
    readonly gate: 'sigmoid' | 'tanh';
  };
}

type Figures = Omit<PaperData, 'measured'>;

const figure = (accuracy: number, kilobytes: number): PaperFigure => ({ accuracy, kilobytes });

const har2: Figures = {
  name: 'HAR-2',
  figures: {
    RNN: figure(91.31, 29),
    FastRNN: figure(94.5, 29),
    'FastRNN-vector': figure(95.24, 19),
    FastGRNN: figure(95.59, 3),
    'FastGRNN-Q': figure(96.37, 17),
    'FastGRNN-SQ': figure(96.81, 28),
    'FastGRNN-LSQ': figure(95.38, 29),
    SpectralRNN: figure(95.48, 525),
    EURNN: figure(93.11, 12),
    oRNN: figure(94.57, 22),
    FactoredRNN: figure(78.65, 1),
    UGRNN: figure(94.53, 37),
    GRU: figure(93.62, 71),
    LSTM: figure(93.65, 74),
  },
  scaling: [
    { steps: 128, alpha: 0.0643, beta: 0.9652 },
    { steps: 64, alpha: 0.117, beta: 0.9505 },
    { steps: 32, alpha: 0.1641, beta: 0.9606 },
    { steps: 16, alpha: 0.2505, beta: 0.9718 },
    { steps: 8, alpha: 0.3618, beta: 0.9678 },
  ],
  fastGRNN: { hiddenSize: 80, wRank: 5, uRank: 40, wSparsity: 0.2, uSparsity: 0.3, gate: 'tanh' },
};

const pixelMnist: Figures = {
  name: 'Pixel-MNIST-10 of 784 steps', // a pixel each; rows are 28 steps
  figures: {
    RNN: figure(94.1, 71),
    FastRNN: figure(96.44, 166),
    'FastRNN-vector': figure(97.27, 44),
    FastGRNN: figure(98.2, 6),
    'FastGRNN-Q': figure(98.58, 25),
    'FastGRNN-SQ': figure(98.72, 37),
    'FastGRNN-LSQ': figure(98.72, 71),
    SpectralRNN: figure(97.7, 25),
    EURNN: figure(95.38, 64),
    oRNN: figure(97.2, 49),
    FactoredRNN: figure(94.6, 125),
    UGRNN: figure(97.29, 84),
    GRU: figure(98.7, 123),
    LSTM: figure(97.8, 265),
  },
  scaling: [
    { steps: 112, alpha: 0.0617, beta: 0.9447 },
    { steps: 56, alpha: 0.1193, beta: 0.9266 },
    { steps: 28, alpha: 0.2338, beta: 0.8746 },
    { steps: 14, alpha: 0.385, beta: 0.8251 },
    { steps: 7, alpha: 0.5587, beta: 0.8935 },
  ],
  fastGRNN: { hiddenSize: 128, wRank: 1, uRank: 30, wSparsity: 1, uSparsity: 0.3, gate: 'sigmoid' },
};

const google12: Figures = {
  name: 'Google-12',
  figures: {
    RNN: figure(73.25, 56),
    FastRNN: figure(92.21, 56),
    'FastRNN-vector': figure(92.98, 57),
    FastGRNN: figure(92.1, 5.5),
    'FastGRNN-Q': figure(92.6, 22),
    'FastGRNN-SQ': figure(93.76, 41),
    'FastGRNN-LSQ': figure(93.18, 57),
    SpectralRNN: figure(91.59, 228),
    EURNN: figure(76.79, 210),
    oRNN: figure(88.18, 102),
    FactoredRNN: figure(53.33, 1114),
    UGRNN: figure(92.63, 75),
    GRU: figure(93.15, 248),
    LSTM: figure(92.3, 212),
  },
  scaling: [
    { steps: 99, alpha: 0.0654, beta: 0.9531 },
    { steps: 33, alpha: 0.2042, beta: 0.8898 },
    { steps: 11, alpha: 0.5319, beta: 0.7885 },
    { steps: 9, alpha: 0.5996, beta: 0.7926 },
    { steps: 3, alpha: 0.6878, beta: 0.8246 },
  ],
  fastGRNN: { hiddenSize: 100, wRank: 16, uRank: 25, wSparsity: 0.3, uSparsity: 0.3, gate: 'sigmoid' },
};

/** The data set of the paper that a recipe's is, or whose sizes suit it; undefined where there is none. */
export function paperDataOf({ data }: Recipe, dataset: Dataset): PaperData | undefined {
  const name: string = data.name;
  const classes = dataset.classNames.length;
  if (name === 'uci-har') return { ...har2, measured: classes === 2 };
  if (name === 'mnist-rows') return { ...pixelMnist, measured: true };
  if (name === 'speech-commands' && classes === 12) return { ...google12, measured: true };
  return undefined;
}
