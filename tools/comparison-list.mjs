// The comparisons of docs/results.md: recipe, sizes, protocol, networks and seeds of each.

const core = ['RNN', 'FastRNN', 'FastGRNN', 'UGRNN', 'GRU', 'LSTM'];
/** Every network of Table 3. */
const everyNetwork = [...core, 'FastRNN-vector', 'SpectralRNN', 'EURNN', 'oRNN', 'FactoredRNN'];
const others = ['FastRNN-vector', 'EURNN', 'oRNN', 'FactoredRNN'];
/** Of the paper's 525 KB: 512 are two orthogonal matrices of 256 units; a recipe has at most 255. */
const spectral = { cells: ['SpectralRNN'], sets: ['network.reflectors=255'] };

/** As many reflectors as hidden units: any orthogonal U, of which a device has as many bytes as of one of 16. */
const wholeReflectors = {
  cells: ['SpectralRNN', 'oRNN'],
  seeds: 5,
  as: 'all reflectors',
  sets: ['network.reflectors=255'],
};

/** Weights rounded in the last 20 of the recipe's 70 epochs, the matrix that reflectors make too. */
const rounded = {
  cells: ['SpectralRNN', 'oRNN'],
  seeds: 5,
  as: 'rounded',
  sets: ['training.epochs=[50,0,0]', 'training.roundedEpochs=20'],
};

/** HAR in 8 bits and low rank, for comparisons of every network. */
const [har2, har6] = ['tools/har2-networks.yaml', 'tools/har6-networks.yaml'];
/** What people of HAR-2 that a network hadn't been trained on chose for it. */
const chosen = 'tools/har2-chosen';
/** FastGRNN of Table 11's units with whole matrices of bytes, and the weight decay of `har6`. */
const whole = ['network.hiddenSize=80', 'network.wRank=0', 'network.uRank=0', 'training.weightDecay=0.05'];
/** Mixtures of recordings, as `har6` has them. */
const mixtures = ['training.augment.mixup=0.5'];
/** The true nonlinearities, and a rate at which gated networks learn. */
const smooth = ['network.gate=sigmoid', 'network.update=tanh', 'training.learningRate=0.005'];

export const comparisons = {
  // The recipe's settings for FastRNN and FastGRNN, which it was made for; the networks of the literature with their own.
  digits: {
    ...{ recipe: 'digits', sizing: 'recipe', protocol: 'recipe' },
    parts: [
      { cells: ['FastRNN', 'FastGRNN'], seeds: 3 },
      { cells: ['RNN', 'UGRNN', 'GRU', 'LSTM'], seeds: 3, sets: smooth },
    ],
  },
  // A sixth of the recordings, without a second training on all of them.
  'digits-subset': {
    recipe: 'digits',
    sets: ['data.limit=10000', 'training.epochs=[24,0,0]', 'training.retrain=false'],
    parts: [{ cells: everyNetwork, seeds: 3 }],
  },
  // All of them, with what was chosen on the sixth.
  'digits-equal': { recipe: 'digits', settings: 'tools/digits-chosen', parts: [{ cells: everyNetwork, seeds: 3 }] },
  // The recipe's network with the sparsity of Table 11. Its rank of 1 for W is that of one pixel a step, and rows have 28.
  'digits-ablation': {
    ...{ recipe: 'digits', settings: 'tools/digits-chosen' },
    parts: [{ cells: ['FastGRNN'], seeds: 3, ablate: true }],
  },
  // What tools/har2-chosen was chosen by: 30 % of the people (6 of 21), 30 epochs, at first half of the recipe's rate.
  'har2-choosing': {
    recipe: har2,
    sets: ['data.validation=0.3', 'training.epochs=[30,0,0]', 'training.learningRate=0.007'],
    parts: [{ cells: everyNetwork, seeds: 1 }],
  },
  'har2-equal': {
    recipe: har2,
    settings: chosen,
    parts: [{ cells: everyNetwork, seeds: 5 }, wholeReflectors, rounded],
  },
  // Whole matrices of 4 bits, as the recipes have them.
  'har2-4bit': {
    ...{ recipe: 'har2', settings: chosen },
    parts: [
      { cells: ['FastGRNN', 'GRU'], seeds: 10 },
      { cells: everyNetwork.filter((name) => !['FastGRNN', 'GRU', 'EURNN'].includes(name)), seeds: 5 },
    ],
  },
  'har6-4bit': {
    ...{ recipe: 'har6', settings: chosen },
    parts: [{ cells: everyNetwork.filter((name) => name !== 'EURNN'), seeds: 5 }],
  },
  google12: {
    ...{ recipe: 'tools/google12-networks.yaml', sizing: 'recipe' },
    parts: [{ cells: ['RNN', 'FastRNN'], seeds: 3, against: 'RNN' }],
  },

  'har6-equal': {
    recipe: har6,
    settings: chosen,
    parts: [{ cells: everyNetwork, seeds: 5 }, wholeReflectors, rounded],
  },
  // Table 11's network beside the recipe's own, whose matrices are whole and of 4 bits.
  'har2-paper': {
    ...{ recipe: har2, sizing: 'paper', settings: chosen },
    parts: [
      { cells: core, seeds: 5, ablate: true },
      { cells: others, seeds: 5 },
      { ...spectral, seeds: 5 },
      { cells: ['FastGRNN'], seeds: 5, as: '4 bits', sizing: 'recipe', recipe: 'har2' },
    ],
  },
  'har6-paper': {
    ...{ recipe: har6, sizing: 'paper', settings: chosen },
    parts: [
      { cells: core, seeds: 5 },
      { cells: others, seeds: 5 },
      { ...spectral, seeds: 5 },
      { cells: ['FastGRNN'], seeds: 5, as: '4 bits', sizing: 'recipe', recipe: 'har6' },
      // As many bytes of floats as the paper's GRU has.
      {
        cells: ['FastGRNN'],
        seeds: 5,
        as: '126 units',
        sizing: 'recipe',
        recipe: 'har6',
        sets: ['network.hiddenSize=126'],
      },
      { cells: ['FastGRNN'], seeds: 5, as: 'whole', sizing: 'recipe', sets: [...whole, ...mixtures] },
      { cells: ['GRU'], seeds: 5, as: 'mixtures', sets: mixtures },
    ],
  },

  // FastGRNN of Table 11 for the paper's 300 epochs, 100 a stage.
  'har2-paper-300': {
    ...{ recipe: har2, sizing: 'paper', settings: chosen, sets: ['training.epochs=[300,0,0]'] },
    parts: [{ cells: ['FastGRNN'], seeds: 3 }],
  },

  'digits-protocol': {
    ...{ recipe: 'digits', protocol: 'paper' },
    parts: [{ cells: ['RNN', 'FastRNN', 'FastRNN-vector', 'FastGRNN'], seeds: 3 }],
  },
  'har2-protocol': {
    ...{ recipe: har2, sizing: 'paper', protocol: 'paper' },
    parts: [{ cells: ['RNN', 'FastRNN', 'FastRNN-vector', 'FastGRNN'], seeds: 3 }],
  },
};
