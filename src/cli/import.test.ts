import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NONLINEARITIES } from '../kernels/index.js';
import { temporaryFolder, writeCsv } from '../testing/index.js';
import { commandLine, type CommandResult } from '../testing/command-line.js';

/** Weights as EdgeML's example for TensorFlow saves them, from tools/golden/import.py. */
const weights = fileURLToPath(new URL('../pipeline/import/golden/tensorflow-full', import.meta.url));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...names: string[]) => path.join(folder.path, ...names);

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const json = ({ code, stdout, stderr }: CommandResult): Record<string, unknown> => {
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
};

describe('import', () => {
  it('brings weights to a board: import, inspect, integer, export, simulate', async () => {
    const model = at('edge', 'model.safetensors');
    const imported = await commandLine('import', weights, '--out', model, '--classes', 'a,b,c,d', '--steps', '40');
    expect(imported.code, imported.stderr).toBe(0);
    expect(imported.stdout).toContain('FastGRNN, 3 inputs, 6 hidden units, 4 classes');
    expect(imported.stdout).toMatch(/classifierBias +FCbias +\[4\]/);
    expect(imported.stderr).toMatch(/^warning: no recordings to calibrate with.*40 steps/);

    const shown = (await commandLine('inspect', model)).stdout;
    expect(shown).toMatch(/imported +Bg\.npy, Bh\.npy, FC\.npy and 7 more files; ranges from made-up inputs/);
    expect(shown).toMatch(/understood +matrices are stored \[inputs, hidden\]/);
    expect(shown).not.toContain(path.dirname(weights));

    const integer = json(await commandLine('integer', model, '--json'))['model'] as string;
    expect(integer).toBe(at('edge', 'integer.safetensors'));
    expect(json(await commandLine('inspect', integer, '--json'))).toMatchObject({
      kind: 'integer',
      classNames: ['a', 'b', 'c', 'd'],
      provenance: { recipe: 'import' },
      imported: { calibration: 'synthetic', tensors: { W: { name: 'W', shape: [3, 6] } } },
    });
    const c = await commandLine('export', integer, '--target', 'c', '--prefix', 'edge', '--out', at('c'));
    expect(c.code, c.stderr).toBe(0);
    expect(await readFile(at('c', 'edge.h'), 'utf8')).toContain('Imported from Bg.npy, Bh.npy');
    const proof = json(await commandLine('simulate', integer, '--board', 'uno', '--json'));
    expect(proof).toMatchObject({ uno: { runtime: { bitExact: true } } });
  });

  it("takes every nonlinearity by this project's name, and EdgeML's by theirs", async () => {
    for (const [given, ours] of [...NONLINEARITIES.map((name) => [name, name]), ['quantSigm4', 'hardSigmoid4']]) {
      const args = ['--out', at('nonlinearity.safetensors'), '--gate', given, '--update', given, '--steps', '4'];
      const imported = json(await commandLine('import', weights, ...args, '--json'));
      expect(imported['architecture']).toMatchObject({ gate: ours, update: ours });
    }
  }, 60_000);

  it("brings PyTorch's RNN to a board, and its GRU to ONNX", async () => {
    const torch = fileURLToPath(new URL('../pipeline/import/golden-torch', import.meta.url));
    const model = at('torch', 'model.safetensors');
    const imported = await commandLine('import', path.join(torch, 'rnn-tanh.safetensors'), '--out', model);
    expect(imported.code, imported.stderr).toBe(0);
    expect(imported.stdout).toMatch(/RNN, 3 inputs, 5 hidden units, 4 classes/);
    expect(imported.stdout).toMatch(/bias of U +rnn\.bias_hh_l0 +\[5\]/);
    const integer = json(await commandLine('integer', model, '--json'))['model'] as string;
    const c = await commandLine('export', integer, '--target', 'c', '--prefix', 'torch', '--out', at('torch'));
    expect(c.code, c.stderr).toBe(0);
    expect(await readFile(at('torch', 'torch.h'), 'utf8')).toContain('Imported from rnn-tanh.safetensors');
    const proof = json(await commandLine('simulate', integer, '--board', 'uno', '--json'));
    expect(proof).toMatchObject({ uno: { runtime: { bitExact: true } } });
    const gru = at('torch', 'gru.safetensors');
    await commandLine('import', path.join(torch, 'gru-two-layers.safetensors'), '--out', gru);
    const onnx = await commandLine(
      'export',
      gru,
      '--target',
      'onnx',
      '--prefix',
      'gru',
      '--out',
      at('torch'),
      '--json',
    );
    expect(json(onnx)).toEqual({ files: [at('torch', 'gru.onnx')] });
    expect((await readFile(at('torch', 'gru.onnx'))).includes('linear_before_reset')).toBe(true);
  });

  it('takes the names of nonlinearities that EdgeML has', async () => {
    const args = ['--gate', 'quantSigm4', '--update', 'quantTanh', '--out', at('q.safetensors'), '--json'];
    const { architecture } = json(await commandLine('import', weights, ...args));
    expect(architecture).toMatchObject({ gate: 'hardSigmoid4', update: 'hardTanh' });
  });

  it('takes names by --map', async () => {
    const other = at('other');
    await cp(weights, other, { recursive: true });
    await cp(path.join(other, 'Bg.npy'), path.join(other, 'offset=1.npy'));
    await rm(path.join(other, 'Bg.npy'));
    const refused = await commandLine('import', other, '--out', at('m.safetensors'));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/no biasGate for a FastGRNN.*offset=1 \[1, 6\].*--map biasGate=THEIRS/);
    const mapped = await commandLine('import', other, '--out', at('m.safetensors'), '--map', 'biasGate=offset=1');
    expect(mapped.code, mapped.stderr).toBe(0);
  });

  it('needs a recipe to be evaluated with, which is said', async () => {
    const model = at('evaluate.safetensors');
    await commandLine('import', weights, '--out', model);
    const refused = await commandLine('evaluate', model);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/was imported, so it has no recipe; name recordings by --data/);
    await writeCsv(at('csv'));
    const other = await commandLine('evaluate', model, '--data', at('csv', 'recipe.yaml'));
    expect(other.stderr).toMatch(/a list of 3 for 2 channels/);
  });

  it('refuses options that mean nothing', async () => {
    await writeFile(at('file.txt'), '');
    for (const [args, message] of [
      [['--map', 'V=W'], /--map.*ours one of W, W1/],
      [['--lsb', '0'], /--lsb.*above 0/],
      [['--classes', 'a,,b'], /--classes.*none empty/],
      [['--gate', 'swish'], /--gate.*'swish' is invalid/],
      [['--margin', '0.5'], /--margin.*from 1 to 1000/],
    ] as [string[], RegExp][]) {
      const { code, stderr } = await commandLine('import', weights, '--out', at('x.safetensors'), ...args);
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
    }
    expect((await commandLine('import', weights)).stderr).toMatch(/--out <file>' not specified/);
    expect((await commandLine('import', at('file.txt'), '--out', at('x'))).stderr).toMatch(/reads \.safetensors/);
  });
});
