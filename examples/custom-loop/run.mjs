// A training loop of one's own on the temporal order problem: two marks, A or B, at random moments of a long sequence of
// noise; the class is which came first and which second. Then the integer network, a stream of it, and its C.
import { convert, exportC, FastGRNN, Random } from 'fastgrnn';
import { check } from '../lib.mjs';

const steps = 40;
const classes = ['A A', 'A B', 'B A', 'B B'];
const random = new Random(1);

/** A batch's arrays are filled anew for each step of the loop: nothing is allocated there. */
function makeBatch(rows) {
  return { steps, inputs: new Float32Array(rows * steps * 2), labels: new Int32Array(rows) };
}

function fill({ inputs, labels }) {
  for (let i = 0; i < inputs.length; i++) inputs[i] = 0.1 * random.normal();
  for (let row = 0; row < labels.length; row++) {
    labels[row] = random.below(4);
    const moments = [random.below(steps / 2), steps / 2 + random.below(steps / 2)];
    moments.forEach((t, k) => (inputs[(row * steps + t) * 2 + ((labels[row] >> (1 - k)) & 1)] = 1));
  }
}

const network = await FastGRNN.create({ inputSize: 2, classes, hiddenSize: 16, update: 'tanh' });
const optimiser = network.optimiser({ optimiser: 'adam', learningRate: 0.01, weightDecay: 0, clip: 1 });
const batch = makeBatch(64);
const iterations = 900;
for (let i = 0; i < iterations; i++) {
  fill(batch);
  const { loss } = network.lossAndGradient(batch);
  // Dense for a half, then the largest third of W and U is chosen every few steps, then it stays.
  const sparse = i >= iterations / 2 && i < (3 * iterations) / 4;
  const project = sparse && i % 10 === 0;
  optimiser.learningRate = 0.01 * (1 - i / iterations);
  optimiser.step({ support: project ? 'free' : sparse ? 'keep' : 'fixed' });
  if (project) network.threshold({ wSparsity: 0.5, uSparsity: 0.35 });
  if (i % 150 === 0) console.log(`iteration ${i}: loss ${loss.toFixed(4)}`);
}

const test = makeBatch(500);
fill(test);
const { accuracy } = network.evaluate(test);
console.log(`float network: ${(100 * accuracy).toFixed(1)} % of ${test.labels.length} new sequences`);
check(accuracy > 0.97, 'the loop did not learn the task');

// Counts of int16 get their unit from examples of the inputs, formats from the values that the network takes on them.
await network.calibrate(batch, { channelNames: ['mark A', 'mark B'] });
const integer = convert(network);
const stream = integer.stream();
const counts = new Int16Array(2);
let right = 0;
for (let row = 0; row < test.labels.length; row++) {
  stream.reset();
  for (let t = 0; t < steps; t++) {
    const at = (row * steps + t) * 2;
    stream.step(integer.counts(test.inputs.subarray(at, at + 2), counts));
  }
  if (stream.predict() === test.labels[row]) right++;
}
console.log(`integer network: ${((100 * right) / test.labels.length).toFixed(1)} %`);
check(right / test.labels.length > accuracy - 0.02, 'the integer network is worse than the float network');

const files = exportC(integer, { prefix: 'order' });
console.log(`\n${files['order.h'].split('\n').slice(0, 12).join('\n')}\n…`);
for (const [name, text] of Object.entries(files)) console.log(`${name}: ${text.split('\n').length} lines`);
check(files['order.c'].includes('order_step'), 'the C has no step');
