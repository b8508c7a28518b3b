// What nonlinearities cost on a simulated Uno: one model with its gate and update exchanged, which no accuracy is told of.
//   node bench/nonlinearities.mjs MODEL
import { proofSequences, simulate } from '../dist/boards/index.js';
import { integerModel, readModel } from '../dist/pipeline/index.js';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error(
    'give a model file, as fastgrnn train tools/har2-networks.yaml --out results/har2-networks-1 leaves it: results/har2-networks-1/model.safetensors',
  );
  process.exit(2);
}
const { network } = integerModel(await readModel(file));
console.log('gate, update: cycles a step of the exported C, its flash; of the runtime');
for (const [gate, update] of [
  ['hardSigmoid4', 'hardTanh'],
  ['sigmoid8', 'tanh8'],
  ['sigmoid', 'tanh'],
]) {
  const exchanged = { ...network, gate, update };
  const { generated, runtime } = await simulate(exchanged, { board: 'uno', sequences: proofSequences(exchanged, 64) });
  const { weights, tables, code } = generated?.flash ?? {};
  console.log(
    `${gate}, ${update}: ${generated?.cyclesPerStep.toFixed(0)}, weights ${weights} tables ${tables} code ${code}; ${runtime.cyclesPerStep.toFixed(0)}`,
  );
}
