import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadRecipe } from '../recipe/index.js';
import { commandLine } from '../testing/command-line.js';
import { temporaryFolder, writeCsv, writeTree } from '../testing/index.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...names: string[]) => path.join(folder.path, ...names);

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeCsv(at('mine'));
  await rm(at('mine', 'recipe.yaml'));
});
afterAll(() => folder.remove());

it('writes a recipe that runs as it is', async () => {
  const { code, stdout, stderr } = await commandLine('init', at('mine'));
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/files +40 CSV \(comma, header\)/);
  expect(stdout).toMatch(/classes +2, a subfolder each/);
  expect(stdout).toContain(`fastgrnn run ${at('mine', 'recipe.yaml')}`);
  const { recipe } = await loadRecipe(at('mine', 'recipe.yaml'));
  expect(recipe.data).toMatchObject({ name: 'folder', path: at('mine'), labels: { from: 'folder' } });
  const run = await commandLine(
    'run',
    at('mine', 'recipe.yaml'),
    '--out',
    at('run'),
    '--set',
    'training.epochs=[8,0,0]',
    '--set',
    'targets=[]',
  );
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toMatch(/integer network +\d/);
});

it('keeps a recipe that is there, unless it is told not to', async () => {
  const file = at('mine', 'recipe.yaml');
  await writeTree(at('mine'), { 'recipe.yaml': '# my own\n' });
  const kept = await commandLine('init', at('mine'));
  expect([kept.code, await readFile(file, 'utf8')]).toEqual([0, '# my own\n']);
  expect(kept.stdout).toContain('was there already and is kept; --force replaces it');
  expect((await commandLine('init', at('mine'), '--force')).code).toBe(0);
  expect(await readFile(file, 'utf8')).toContain('name: folder');
});

it('writes elsewhere with a path that holds from there', async () => {
  await mkdir(at('recipes'));
  const file = at('recipes', 'mine.yaml');
  expect((await commandLine('init', at('mine'), '--out', file)).code).toBe(0);
  expect(await readFile(file, 'utf8')).toContain('path: ../mine');
  expect((await loadRecipe(file)).recipe.data.path).toBe(at('mine'));
});

it('gives what it found as JSON', async () => {
  const { code, stdout } = await commandLine('init', at('mine'), '--json', '--force');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    recipe: at('mine', 'recipe.yaml'),
    written: true,
    facts: { layout: 'folder', recordings: 40, classes: [{ name: 'left' }, { name: 'right' }], blocking: [] },
  });
});

it('says what has to be put right, in the recipe too, and exits with 1', async () => {
  await writeTree(at('one'), { 'walk/1.csv': 'x\n1\n2\n', 'walk/2.csv': 'x\n1\noops\n' });
  const { code, stdout } = await commandLine('init', at('one'));
  expect(code).toBe(1);
  expect(stdout).toContain('walk/2.csv  line 3, column 1 (x): "oops" is not a finite number');
  expect(stdout).toContain('there is one class alone, walk');
  expect(await readFile(at('one', 'recipe.yaml'), 'utf8')).toContain(
    '# TO BE PUT RIGHT: there is one class alone, walk',
  );
});

it('refuses what is no folder of recordings', async () => {
  const { code, stderr } = await commandLine('init', at('nowhere'));
  expect([code, stderr]).toEqual([
    2,
    `fastgrnn: there is no folder ${at('nowhere')}; name the folder of your recordings\n`,
  ]);
});
