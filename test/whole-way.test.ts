import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../src/pipeline/index.js';
import { commandLine } from '../src/testing/command-line.js';
import { temporaryFolder, writeCsv, writeMnist, writeUciHar, type HarWindow } from '../src/testing/index.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...names: string[]) => path.join(folder.path, ...names);

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeCsv(at('csv'));
  await writeMnist(at('data'), 68, 30);
});

afterAll(() => folder.remove());

const small = [
  'training.epochs=[4,0,0]',
  'training.batchSize=16',
  'network.hiddenSize=6',
  'network.wRank=3',
  'network.uRank=3',
];
const sets = (...all: string[]) => all.flatMap((set) => ['--set', set]);
const ways: Record<string, () => string[]> = {
  'a folder of CSV recordings': () => [at('csv', 'recipe.yaml')],
  'MNIST by rows': () => ['digits', '--data', at('data'), ...sets(...small)],
};

/** The keys of `metrics.json` by their type: a program may count on them. */
const keys: Record<string, string[]> = {
  number: [
    ...['seed', 'data.train', 'data.validation', 'data.test', 'training.seconds', 'training.workers', 'float.test'],
    ...['integer.test', 'integer.agreement', 'size.paperBytes', 'size.modelBytes', 'size.nonzeros'],
    ...['size.recurrentNonzeros', 'training.sequencesPerSecond', 'training.gflops'],
    ...[
      'sequences',
      'steps',
      'cyclesPerStep',
      'msPerStep',
      'msPerPrediction',
      'flashBytes',
      'ramBytes',
      'stackBytes',
    ].map((key) => `boards.uno.runtime.${key}`),
  ],
  string: [
    ...['recipe', 'data.name', 'training.backend', 'float.metric', 'environment.node', 'environment.cpu'],
    ...['environment.backend', 'environment.commit', 'training.stages.0.name'],
  ],
  boolean: ['training.fma', 'boards.uno.runtime.bitExact'],
  object: ['skipped', 'training.stages', 'training.stages.0'],
};

function valueAt(object: unknown, key: string): unknown {
  return key.split('.').reduce((value, name) => (value as Record<string, unknown> | undefined)?.[name], object);
}

for (const [what, recipe] of Object.entries(ways)) {
  describe(`a run of ${what}`, () => {
    const out = at.bind(undefined, what.replaceAll(' ', '-'));

    it('goes from recordings to firmware that is proven', async () => {
      const { code, stderr, stdout } = await commandLine(
        'run',
        ...recipe(),
        '--seed',
        '3',
        '--workers',
        '2',
        '--out',
        out(),
      );
      expect(stderr).not.toContain('fastgrnn:');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^integer network +\d+\.\d\d % of \d+ test recordings/);
      expect(stdout).toMatch(/^uno runtime +exact in \d+ steps/m);
    });

    it('leaves all the files of a run', async () => {
      const files = ['recipe.yaml', 'model.safetensors', 'integer.safetensors', 'metrics.json', 'report.html'];
      const firmware = ['uno.hex', 'pico.uf2', 'model.h', 'model.c', 'vectors.json'].map((file) => `firmware/${file}`);
      for (const file of [...files, ...firmware]) expect((await readFile(out(file))).length, file).toBeGreaterThan(100);
      const vectors = JSON.parse(await readFile(out('firmware', 'vectors.json'), 'utf8')) as { sequences: object[] };
      expect(vectors.sequences.length).toBeGreaterThanOrEqual(8);
      expect(await readFile(out('report.html'), 'utf8')).toMatch(/^<!doctype html>[^]*<\/html>\s*$/i);
    });

    it('writes every figure of the contract', async () => {
      const metrics: unknown = JSON.parse(await readFile(out('metrics.json'), 'utf8'));
      for (const [type, names] of Object.entries(keys)) {
        for (const name of names) expect(typeof valueAt(metrics, name), name).toBe(type);
      }
      expect(metrics).toMatchObject({
        seed: 3,
        training: { workers: what === 'MNIST by rows' ? 2 : 1 }, // no more than a batch has shards

        boards: { uno: { runtime: { bitExact: true } } },
      });
      expect(valueAt(metrics, 'boards.uno.runtime.steps')).toBeGreaterThanOrEqual(1000);
      const { data, float, integer } = metrics as Record<'data' | 'float' | 'integer', Record<string, number>>;
      expect(data.test * float.test).toBeCloseTo(Math.round(data.test * float.test), 9); // of whole recordings
      for (const share of [float.test, integer.test, integer.agreement]) expect(share >= 0 && share <= 1).toBe(true);
    });

    it('leaves models that open and say the same', async () => {
      const metrics: unknown = JSON.parse(await readFile(out('metrics.json'), 'utf8'));
      for (const [file, kind] of [
        ['model', 'float'],
        ['integer', 'integer'],
      ]) {
        // prettier-ignore
        expect(await readModel(out(`${file}.safetensors`))).toMatchObject({ kind });
        const data = recipe().includes('--data') ? ['--data', at('data')] : [];
        const evaluated = await commandLine('evaluate', out(`${file}.safetensors`), ...data, '--json');
        expect(evaluated.stderr).toBe('');
        expect((JSON.parse(evaluated.stdout) as { accuracy: number }).accuracy).toBe(valueAt(metrics, `${kind}.test`));
      }
      for (const [file, board] of Object.entries({ 'uno.hex': 'uno', 'pico.uf2': 'rp2040' })) {
        const image = ['--image', out('firmware', file)];
        const { code, stdout } = await commandLine('simulate', out('integer.safetensors'), ...image);
        expect(stdout).toMatch(new RegExp(`^${board} image +exact in `));
        expect(code).toBe(0);
      }
    });

    it('gives the same bytes again: another folder, other workers, other boards; and after that in the same folder', async () => {
      const names = ['model.safetensors', 'integer.safetensors'];
      const first = await Promise.all(names.map((name) => readFile(out(name))));
      const again = ['--seed', '3', '--workers', '1', '--set', 'targets=[]'];
      for (const place of [out('again'), out()]) {
        const { stderr, code } = await commandLine('run', ...recipe(), ...again, '--out', place);
        expect(code, stderr).toBe(0);
        expect(await Promise.all(names.map((name) => readFile(path.join(place, name))))).toEqual(first);
        expect(stderr.includes('the training was done before')).toBe(place === out());
      }
      // The resolved recipe is a recipe of the same run.
      const data = recipe().includes('--data') ? ['--data', at('data')] : [];
      await commandLine('train', out('recipe.yaml'), ...data, '--out', out('from-copy'));
      expect((await readModel(out('from-copy', 'model.safetensors'))).facts.provenance).toMatchObject({
        seed: 3,
        recipeHash: (await readModel(out('model.safetensors'))).facts.provenance.recipeHash,
      });
    });
  });
}

describe('a run of human activities', () => {
  it('takes merged classes, validation by person, and all three stages', async () => {
    const window = (i: number): HarWindow => ({
      activity: i % 6,
      person: 1 + (i % 4),
      value: (step, channel) => 0.3 * Math.cos(step * (1 + (i % 6)) + channel) + 0.1 * (i % 6),
    });
    const windows = Array.from({ length: 36 }, (_, i) => window(i));
    await writeUciHar(at('data'), { train: windows, test: windows.slice(0, 12) });
    const changes = [
      'training.epochs=[1,1,1]',
      'network.hiddenSize=4',
      'network.wRank=2',
      'network.uRank=2',
      'targets=[]',
    ];
    const args = ['run', 'har2-paper', '--data', at('data'), ...sets(...changes, 'data.validationBy=group'), '--json'];
    const { code, stdout, stderr } = await commandLine(...args, '--out', at('har'));
    expect(code, stderr).toBe(0);
    const { metrics } = JSON.parse(stdout) as { metrics: unknown };
    expect(metrics).toMatchObject({
      data: { train: 36, test: 12 },
      training: {
        stages: [{ name: 'dense' }, { name: 'thresholding', chosen: 1 }, { name: 'fixed support', chosen: 1 }],
      },
      boards: {},
    });
    expect(stderr).toContain('retraining on all training data: 36 recordings');
  });
});
