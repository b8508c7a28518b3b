import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, writeCsv, writeMnist, writeTree } from '../testing/index.js';
import { loadKernels, nativeVariants } from '../kernels/index.js';
import { commandLine, type CommandResult } from '../testing/command-line.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...names: string[]) => path.join(folder.path, ...names);
const recipe = () => at('csv', 'recipe.yaml');

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeCsv(at('csv'));
  for (const seed of ['1', '2']) {
    const { code, stderr } = await commandLine(
      'run',
      recipe(),
      '--seed',
      seed,
      '--out',
      at(seed),
      '--set',
      'targets=[]',
    );
    if (code !== 0) throw new Error(stderr);
  }
  await commandLine('export', at('1', 'integer.safetensors'), '--target', 'hex', '--out', at('1'));
});

afterAll(() => folder.remove());

/** What standard output holds: JSON and nothing else. */
function json({ code, stdout, stderr }: CommandResult, exitCode = 0): unknown {
  expect(code, stderr).toBe(exitCode);
  return JSON.parse(stdout);
}

describe('--json', () => {
  it('of run and train gives the folder and the figures', async () => {
    const args = [recipe(), '--seed', '1', '--out', at('1'), '--set', 'targets=[]', '--json'];
    const metrics = JSON.parse(await readFile(at('1', 'metrics.json'), 'utf8')) as { training: object };
    const run = json(await commandLine('run', ...args)) as { folder: string; metrics: { training: object } };
    expect(run.folder).toBe(at('1'));
    expect(run.metrics.training).toEqual(metrics.training); // nothing was trained again
    expect(json(await commandLine('train', ...args))).toMatchObject({
      folder: at('1'),
      model: at('1', 'model.safetensors'),
      validation: expect.closeTo(1, 12),
      phases: [{ chosenEpochs: [6] }],
    });
  });

  it('of the commands on a model', async () => {
    const model = at('1', 'integer.safetensors');
    expect(json(await commandLine('inspect', model, '--json'))).toMatchObject({
      kind: 'integer',
      classNames: ['left', 'right'],
      input: { channelNames: ['x', 'y'] },
      size: { paperBytes: expect.any(Number), modelBytes: expect.any(Number) },
    });
    expect(json(await commandLine('evaluate', model, '--json'))).toMatchObject({ recordings: 8, accuracy: 1 });
    const made = at('again.safetensors');
    const { model: out } = json(
      await commandLine('integer', at('1', 'model.safetensors'), '--out', made, '--json'),
    ) as { model: string };
    expect(out).toBe(made);
    expect(await readFile(made)).toEqual(await readFile(model)); // the run's own conversion
    for (const [target, names] of Object.entries({
      c: ['net.h', 'net.c', 'vectors.json'],
      hex: ['uno.hex'],
      uf2: ['pico.uf2'],
      onnx: ['net.onnx'],
    })) {
      const args = ['--target', target, '--prefix', 'net', '--out', at('export'), '--json'];
      const { files } = json(await commandLine('export', model, ...args)) as { files: string[] };
      expect(files.toSorted()).toEqual(names.map((name) => at('export', name)).toSorted());
      for (const file of files) expect((await readFile(file)).length).toBeGreaterThan(0);
    }
    const library = ['--target', 'arduino', '--prefix', 'net', '--out', at('libraries'), '--json'];
    const { files } = json(await commandLine('export', model, ...library)) as { files: string[] };
    expect(files).toContain(at('libraries', 'net', 'library.properties'));
    const sketch = await readFile(at('libraries', 'net', 'examples', 'Live', 'Live.ino'), 'utf8');
    expect(sketch).toContain('x[0] = 0; /* x, one count is ');
    const header = await readFile(at('libraries', 'net', 'src', 'net.h'), 'utf8');
    expect(header).toMatch(/SHA-256 of the recipe: [0-9a-f]{64}\n/);
    expect(header).toMatch(/SHA-256 of the data: [0-9a-f]{64}\n/);
  });

  it('of the commands on data and machine', async () => {
    expect(json(await commandLine('data', 'list', '--json'))).toMatchObject([
      { name: 'mnist-rows' },
      { name: 'uci-har' },
      { name: 'speech-commands' },
      { name: 'wake-words' },
    ]);
    await writeMnist(at('data'), 10, 10);
    // Small files in the place of the real ones: their checksums differ.
    const info = json(await commandLine('data', 'info', 'mnist-rows', '--data', at('data'), '--json'), 1);
    expect(info).toMatchObject({ check: { files: new Array(4).fill({ status: 'differs' }) } });
    expect(json(await commandLine('data', 'info', 'uci-har', '--data', at('data'), '--json'), 1)).toMatchObject({
      check: { files: [] },
    });
    const { backend } = await loadKernels();
    const facts = { backend, ...(await nativeVariants()) };
    expect(json(await commandLine('doctor', '--json'))).toContainEqual(
      expect.objectContaining({ what: 'kernels', ok: true, facts: expect.objectContaining(facts) as unknown }),
    );
  });
});

describe('simulate --image', () => {
  it('exits with 0 for the own image and with 1 for that of another model', async () => {
    const simulate = (seed: string, ...more: string[]) =>
      commandLine(
        'simulate',
        at(seed, 'integer.safetensors'),
        '--board',
        'uno',
        '--image',
        at('1', 'uno.hex'),
        ...more,
      );
    expect(json(await simulate('1', '--json'))).toMatchObject({ uno: { runtime: { bitExact: true } } });
    const other = await simulate('2');
    expect(other.code).toBe(1);
    expect(other.stdout).toMatch(/NOT EXACT: sequence 0, step \d+, state \d+ is -?\d+, not -?\d+/);
    expect(other.stderr).toBe('');
    expect(json(await simulate('2', '--json'), 1)).toMatchObject({ uno: { runtime: { bitExact: false } } });
  });
});

describe('flash', () => {
  it('names the package that it needs, before it opens anything', async () => {
    const { code, stderr } = await commandLine('flash', '--image', at('1', 'uno.hex'), '--port', 'COM3');
    expect(stderr).toMatch(/npm package serialport, which .*; install it beside fastgrnn: npm install serialport@/);
    expect(code).toBe(2);
  });
});

describe('evaluate', () => {
  it('takes other recordings for the model of a csv recipe', async () => {
    await writeCsv(at('more'), { recordings: 30 });
    const model = at('1', 'model.safetensors');
    const evaluated = await commandLine('evaluate', model, '--data', at('more'), '--json');
    expect(json(evaluated)).toMatchObject({ kind: 'float', recordings: 12, accuracy: 1 });
    expect((await commandLine('evaluate', model)).stdout).toMatch(
      /^100\.00 % of 8 test recordings of folder \(float network\)/,
    );
  });

  it('says whose recordings are taken for what', async () => {
    const recipeFile = [
      'data: { name: folder, path: ., labels: { from: folder }, groupBy: { from: folder }, test: 0.5, validationBy: group }',
      'network: { hiddenSize: 4 }',
      'training: { epochs: [6, 0, 0], batchSize: 8, learningRate: 0.05 }',
      'targets: []',
    ].join('\n');
    const signal = (label: number) => `x,y\n${`${label === 0 ? '1,0' : '0,1'}\n`.repeat(8)}`;
    /** Ten people with both classes, which those before `swapped` have the wrong way round. */
    const people = (swapped: number) =>
      Object.fromEntries(
        ['left', 'right'].flatMap((name, label) =>
          Array.from({ length: 40 }, (_, i) => {
            const person = i % 10;
            const text = signal(person < swapped ? 1 - label : label);
            return [`${name}/p${person}/${i}.csv`, text] as const;
          }),
        ),
      );
    await writeTree(at('people'), { ...people(0), 'recipe.yaml': recipeFile });
    await writeTree(at('swapped'), { ...people(9), 'recipe.yaml': recipeFile });
    const trained = await commandLine('run', at('people', 'recipe.yaml'), '--out', at('people-run'));
    expect(trained.code, trained.stderr).toBe(0);
    const model = at('people-run', 'integer.safetensors');
    const args = ['evaluate', model, '--data', at('swapped', 'recipe.yaml')];
    const { groups, recordings } = json(await commandLine(...args, '--json')) as {
      groups: { group: number; rows: number; accuracy: number; mistake?: object }[];
      recordings: number;
    };
    expect(groups.reduce((sum, { rows }) => sum + rows, 0)).toBe(recordings);
    expect(groups.length).toBeGreaterThanOrEqual(4);
    expect(groups[0]).toMatchObject({ accuracy: 0, mistake: { label: 'left', prediction: 'right', rows: 4 } });
    expect((await commandLine(...args)).stdout).toMatch(
      /person or device +rows +right.*\n.* left taken for right, 4\n/,
    );
  });
});

describe('help', () => {
  const commands = ['run', 'train', 'integer', 'evaluate', 'import', 'inspect', 'export', 'simulate', 'data', 'doctor'];

  it('names every command, and the exit codes', async () => {
    const { code, stdout } = await commandLine('--help');
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b.*\\w`, 'm'));
    expect(stdout).toContain('Exit codes: 0 done');
  });

  for (const command of [...commands.map((name) => [name]), ['data', 'list'], ['data', 'info']]) {
    it(`of ${command.join(' ')} says what it does and what each option is for`, async () => {
      const { code, stdout, stderr } = await commandLine(...command, '--help');
      expect(code).toBe(0);
      expect(stderr).toBe('');
      expect(stdout.startsWith(`Usage: fastgrnn ${command.join(' ')} `)).toBe(true);
      const [, description, ...sections] = stdout.split('\n\n');
      expect(description).toMatch(/^[A-Z][^]*\.$/);
      for (const line of sections.join('\n').split('\n')) {
        if (/^  (-|[a-z<])/.test(line)) expect(line, line).toMatch(/^  \S.*?( {2,}\S|\.\.\.)|^  -.{25,}$/);
        expect(line.length).toBeLessThanOrEqual(100);
      }
    });
  }

  it('tells the version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await commandLine('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});
