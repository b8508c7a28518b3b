// Trains every shipped recipe whose data is there, and proves each model in every way (tools/fuzz-boards.mjs):
//   npm run prove:recipes [-- --out runs/prove --only har2,digits]
// A model that stands in the folder already is taken as it is. Needs FASTGRNN_DATA for most.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: { out: { type: 'string', default: 'runs/prove' }, only: { type: 'string' } },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const recipes =
  options.only?.split(',') ?? readdirSync(join(root, 'recipes')).map((name) => name.replace(/\.yaml$/, ''));
const models = [];
for (const recipe of recipes) {
  const out = join(options.out, recipe);
  const model = join(out, 'model.safetensors');
  if (!existsSync(model)) {
    const made = spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), 'train', recipe, '--out', out]);
    if (made.status !== 0) {
      console.error(`${recipe} is left out: ${String(made.stderr).trim().split('\n').at(-1)}`);
      continue;
    }
  }
  models.push(model);
}
const proof = spawnSync(process.execPath, [join(root, 'tools/fuzz-boards.mjs'), '--models', models.join(',')], {
  stdio: 'inherit',
});
process.exitCode = proof.status ?? 1;
