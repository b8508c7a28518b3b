// The comparisons of docs/results.md: recipe, sizes, protocol, networks and seeds of each.

const gated = ['FastGRNN', 'UGRNN', 'GRU', 'LSTM'];
const core = ['RNN', 'FastRNN', ...gated];
/** Every network of Table 3. */
const everyNetwork = [...core, 'FastRNN-vector', 'SpectralRNN', 'EURNN', 'oRNN', 'FactoredRNN'];
/** Without EURNN, whose trainings take ten times as long, and SpectralRNN, whose 525 KB are more units than a recipe takes. */
const others = ['FastRNN-vector', 'oRNN', 'FactoredRNN'];

/** HAR in 8 bits and low rank, for comparisons of every network: training rounds no U that is made of reflectors or factors. */
const [har2, har6] = ['tools/har2-networks.yaml', 'tools/har6-networks.yaml'];
/** Chosen on 30 % of the people (6 of 21), then trained on all of them, for 30 epochs in place of the recipe's 70; half of its rate is where choosing begins. */
const apart = 'data.validation=0.3';
const people = [apart, 'training.epochs=[30,0,0]', 'training.learningRate=0.007'];
/** What people of HAR-2 that a network hadn't been trained on chose for it: FastGRNN's from `har2-gated`, the others' from `har2-equal`. */
const chosen = 'tools/har2-chosen';
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
  'har2-equal': { recipe: har2, sets: people, parts: [{ cells: everyNetwork, seeds: 5 }] },
  'har2-gated': { recipe: har2, sets: people, parts: [{ cells: gated, seeds: 5 }] },
  // The same for the recipe's 70 epochs.
  'har2-gated-70': {
    ...{ recipe: har2, sets: [apart], settings: chosen },
    parts: [{ cells: gated, seeds: 5 }],
  },
  // Whole matrices of 4 bits, as the recipes have them.
  'har2-4bit': { recipe: 'har2', settings: chosen, parts: [{ cells: gated, seeds: 5 }] },
  'har6-4bit': { recipe: 'har6', settings: chosen, parts: [{ cells: gated, seeds: 5 }] },
  google12: {
    ...{ recipe: 'tools/google12-networks.yaml', sizing: 'recipe' },
    parts: [{ cells: ['RNN', 'FastRNN'], seeds: 3, against: 'RNN' }],
  },

  // Without EURNN, whose trainings take ten times as long.
  'har6-equal': {
    ...{ recipe: har6, settings: chosen },
    parts: [{ cells: everyNetwork.filter((one) => one !== 'EURNN'), seeds: 5 }],
  },
  // Table 11's network beside the recipe's own, whose matrices are whole and of 4 bits.
  'har2-paper': {
    ...{ recipe: har2, sizing: 'paper', settings: chosen },
    parts: [
      { cells: core, seeds: 5, ablate: true },
      { cells: others, seeds: 5 },
      { cells: ['EURNN'], seeds: 3 },
      { cells: ['FastGRNN'], seeds: 5, as: '4 bits', sizing: 'recipe', recipe: 'har2' },
    ],
  },
  'har6-paper': {
    ...{ recipe: har6, sizing: 'paper', settings: chosen },
    parts: [
      { cells: core, seeds: 5 },
      { cells: others, seeds: 5 },
      { cells: ['FastGRNN'], seeds: 5, as: '4 bits', sizing: 'recipe', recipe: 'har6' },
    ],
  },

  // FastGRNN of Table 11 for the paper's 300 epochs, 100 a stage.
  'har2-paper-300': {
    ...{ recipe: har2, sizing: 'paper', settings: chosen, sets: ['training.epochs=[300,0,0]'] },
    parts: [{ cells: ['FastGRNN'], seeds: 3 }],
  },

  'har2-protocol': {
    ...{ recipe: har2, sizing: 'paper', protocol: 'paper', sets: ['training.epochs=[60,0,0]'] },
    parts: [{ cells: ['RNN', 'FastRNN', 'FastRNN-vector', 'FastGRNN'], seeds: 3 }],
  },
};
