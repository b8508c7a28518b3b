// From recordings to firmware that was run on a simulated Arduino Uno and compared value by value.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, fastgrnn, withFolder } from '../lib.mjs';
import { makeRecordings } from './make-recordings.mjs';

const recipe = fileURLToPath(new URL('recipe.yaml', import.meta.url));

await withFolder(async (folder) => {
  const recordings = path.join(folder, 'recordings');
  await makeRecordings(recordings);
  const out = path.join(folder, 'run');
  fastgrnn('run', recipe, '--set', `data.path=${recordings}`, '--out', out);
  const { integer, boards } = JSON.parse(await readFile(path.join(out, 'metrics.json'), 'utf8'));
  check(integer.test > 0.9, `only ${integer.test} of the test recordings are right`);
  check(boards.uno.runtime.bitExact, 'the Uno gave another value than the definition');
  console.log(`firmware for the Uno: ${boards.uno.runtime.msPerStep.toFixed(1)} ms a step, exact`);
});
