// TensorFlow.js on its WASM backend, one thread: the loop over steps unrolled into the tape, as its users write it.
import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { answerRequests } from '../answer.mjs';
import { readProblem } from '../problem.mjs';
import { stopwatch } from '../stopwatch.mjs';

const backend = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
setWasmPaths(`${path.dirname(backend)}/`);
tf.enableProdMode();
await tf.setBackend('wasm');

let step;
let rates;

/** Equation (6) over all steps, then the mean cross entropy of the last state's logits. */
function lossOf({ rows, steps, architecture, labels, inputs, tensors, parameters }) {
  const { inputSize, wRank, uRank, classes } = architecture;
  // Matrices stand as [inputs][outputs], TensorFlow's way: its fast product is the one that transposes nothing.
  const variables = Object.fromEntries(
    tensors.map(({ name, shape, offset, size }) => {
      const tensor = tf.tensor(parameters.slice(offset, offset + size), shape);
      const written = shape.length === 2 && !name.endsWith('2');
      return [name, tf.variable(written ? tf.transpose(tensor) : tensor)];
    }),
  );
  const { W, W1, W2, U, U1, U2, biasGate, biasUpdate, zeta, nu, classifier, classifierBias } = variables;
  const x = tf.tensor(inputs, [steps * rows, inputSize]);
  const targets = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
  const loss = () => {
    const [zetaNow, nuNow] = [tf.sigmoid(zeta), tf.sigmoid(nu)];
    const projected = wRank === 0 ? tf.matMul(x, W) : tf.matMul(tf.matMul(x, W2), W1); // for all steps at once
    let h;
    for (const wx of tf.split(projected, steps)) {
      const a = h === undefined ? wx : tf.add(wx, uRank === 0 ? tf.matMul(h, U) : tf.matMul(tf.matMul(h, U2), U1));
      const z = tf.sigmoid(tf.add(a, biasGate));
      const candidate = tf.tanh(tf.add(a, biasUpdate));
      const next = tf.mul(tf.add(tf.mul(zetaNow, tf.sub(1, z)), nuNow), candidate);
      h = h === undefined ? next : tf.add(next, tf.mul(z, h));
    }
    const logits = tf.add(tf.matMul(h, classifier), classifierBias);
    return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)));
  };
  return { loss, variables: Object.values(variables) };
}

/** Runs updates; returns their losses, each of which is waited for. */
async function iterate(iterations, rate) {
  const losses = [];
  for (let i = 0; i < iterations; i++) losses.push(await step(rate));
  return losses;
}

await answerRequests({
  async prepare({ problem: file }) {
    const problem = await readProblem(file);
    const { loss, variables } = lossOf(problem);
    const optimiser = tf.train.adam(1, 0.9, 0.999, 1e-8);
    ({ rates } = problem);
    step = async (rate) => {
      optimiser.learningRate = rate;
      const value = optimiser.minimize(loss, true, variables);
      const [number] = await value.data();
      value.dispose();
      return number;
    };
    return { losses: await iterate(problem.checkedIterations, rates.checked), version: tf.version.tfjs };
  },
  async run({ iterations }) {
    const elapsed = stopwatch();
    const losses = await iterate(iterations, rates.timed);
    return { ...elapsed(), loss: losses.at(-1) };
  },
});
