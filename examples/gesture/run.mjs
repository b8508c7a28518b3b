// From a folder of recordings to firmware that was run on a simulated Arduino Uno and compared value by value.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { check, fastgrnn, withFolder } from '../lib.mjs';
import { makeRecordings } from './make-recordings.mjs';

await withFolder(async (folder) => {
  const recordings = path.join(folder, 'recordings');
  await makeRecordings(recordings);
  fastgrnn('init', recordings);
  const out = path.join(folder, 'run');
  // A smaller network and fewer epochs than init proposes: five gestures are told apart with less, and sooner.
  const smaller = [
    'network.hiddenSize=12',
    'network.uRank=6',
    'training.epochs=[40,0,0]',
    'training.learningRate=0.02',
  ];
  const sets = smaller.flatMap((set) => ['--set', set]);
  fastgrnn('run', path.join(recordings, 'recipe.yaml'), ...sets, '--out', out);
  const { integer, boards } = JSON.parse(await readFile(path.join(out, 'metrics.json'), 'utf8'));
  check(integer.test > 0.9, `only ${integer.test} of the test recordings are right`);
  check(boards.uno.runtime.bitExact, 'the Uno gave another value than the definition');
  console.log(`firmware for the Uno: ${boards.uno.runtime.msPerStep.toFixed(1)} ms a step, exact`);
});
