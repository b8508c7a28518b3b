// Runs every example (or those named): each is a program that prints what it did and fails where something is wrong.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../examples/', import.meta.url);
const all = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const wanted = process.argv.slice(2);
const names = all.map(({ name }) => name).filter((name) => wanted.length === 0 || wanted.includes(name));
const failed = names.filter((name) => {
  console.log(`\n== examples/${name}`);
  const program = fileURLToPath(new URL(`${name}/run.mjs`, folder));
  return spawnSync(process.execPath, [program], { stdio: 'inherit' }).status !== 0;
});
console.log(failed.length > 0 ? `\nfailed: ${failed.join(', ')}` : `\n${names.length} examples, all right`);
process.exitCode = failed.length > 0 || names.length === 0 ? 1 : 0;
