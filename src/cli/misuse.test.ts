import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, writeCsv, writeMnist, writeTree } from '../testing/index.js';
import { commandLine, type CommandResult } from '../testing/command-line.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** A path below the test's folder. */
const at = (...names: string[]) => path.join(folder.path, ...names);

/** A run of the recordings in `csv`, with changes. */
const train = (...more: string[]) => commandLine('train', at('csv', 'recipe.yaml'), '--out', at('out'), ...more);

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeCsv(at('csv'));
  await writeMnist(at('data'), 20, 10);
  const { code, stderr } = await commandLine(
    'run',
    at('csv', 'recipe.yaml'),
    '--out',
    at('run'),
    '--set',
    'targets=[]',
  );
  if (code !== 0) throw new Error(stderr);
});

afterAll(() => folder.remove());

/** A refusal: exit code 2, one line that says what is wrong, nothing on standard output, no stack. */
function expectRefusal({ code, stdout, stderr }: CommandResult, message: RegExp): void {
  const lines = stderr.split('\n').filter((line) => line.startsWith('fastgrnn: '));
  expect(lines, stderr).toHaveLength(1);
  expect(stderr.endsWith(`${lines[0]}\n`), stderr).toBe(true);
  expect(lines[0]).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).toBe('');
  expect(code).toBe(2);
}

describe('a wrong command line', () => {
  const cases: [string, string[], RegExp][] = [
    ['unknown command', ['rn'], /unknown command 'rn' \(Did you mean run\?\); see fastgrnn --help/],
    ['unknown option', ['run', 'digits', '--sead', '3'], /unknown option '--sead'.*--seed.*; see fastgrnn run --help/],
    ['no recipe', ['train'], /missing required argument 'recipe'; see fastgrnn train --help/],
    ['no model', ['inspect'], /missing required argument 'model'/],
    ['two models', ['inspect', 'a', 'b'], /too many arguments.*Expected 1/],
    ['no workers', ['run', 'digits', '--workers', '0'], /--workers.*'0' is invalid.*at least 1/],
    ['half a seed', ['run', 'digits', '--seed', '1.5'], /--seed.*'1.5' is invalid.*whole number/],
    ['negative seed', ['run', 'digits', '--seed', '-1'], /--seed.*'-1' is invalid/],
    ['unknown backend', ['run', 'digits', '--backend', 'gpu'], /'gpu' is invalid.*auto, native, wasm, native-avx512/],
    ['unknown network', ['compare', 'digits', '--cells', 'GUR'], /--cells.*there is no network GUR; there are RNN, /],
    ['no seeds', ['compare', 'digits', '--seeds', '0'], /--seeds.*'0' is invalid.*at least 1/],
    ['unknown protocol', ['compare', 'digits', '--protocol', 'best'], /'best' is invalid.*tuned, recipe, paper/],
    ['unknown size', ['compare', 'digits', '--size', 'big'], /'big' is invalid.*equal, recipe, paper/],
    [
      'bytes beside the paper’s sizes',
      ['compare', 'digits', '--size', 'paper', '--bytes', '900'],
      /--bytes 900.*--size equal/,
    ],
    [
      'boards for float networks',
      ['compare', 'digits', '--float', '--board', 'uno'],
      /--board uno is for integer networks, and --float makes none/,
    ],
    ['unknown board to compare on', ['compare', 'digits', '--board', 'mega'], /--board.*there is no board mega/],
    ['nothing to analyse', ['analyse'], /missing required argument 'run\|model'/],
    ['alpha above 1', ['analyse', 'run', '--alphas', '0.1,2'], /--alphas.*2 is none of the numbers from 0 to 1/],
    [
      'seeds of no training',
      ['analyse', 'run', '--seeds', '3'],
      /--seeds 3 is of the trainings of --lengths and --alphas, and neither is given/,
    ],
    ['half a step', ['analyse', 'run', '--lengths', '8,1.5'], /--lengths.*1.5 is none of the whole numbers/],
    ['no target', ['export', 'model'], /--target.*not specified/],
    ['unknown target', ['export', 'model', '--target', 'elf'], /'elf' is invalid.*c, arduino, c-float, hex, uf2, onnx/],
    ['unknown board', ['simulate', 'model', '--board', 'mega'], /'mega' is invalid.*uno/],
    ['no port', ['flash', 'model'], /--port.*not specified/],
    ['nothing to flash', ['flash', '--port', 'COM3'], /give either a model or --image/],
    ['margin below 1', ['integer', 'model', '--margin', '0.5'], /--margin.*'0.5' is invalid/],
    ['no folder for results', ['run', 'digits', '--out', ''], /--out.*must not be empty; see fastgrnn run --help/],
    ['an empty recipe name', ['run', ''], /recipe.*must not be empty/],
    ['an empty model name', ['inspect', ''], /model.*must not be empty/],
    ['no data set', ['data', 'info'], /missing required argument 'name'; see fastgrnn data --help/],
    ['unknown data set', ['data', 'info', 'mnist'], /there is no data set mnist; data sets: mnist-rows, uci-har/],
  ];
  for (const [what, args, message] of cases)
    it(`is refused: ${what}`, async () => expectRefusal(await commandLine(...args), message));

  it('without a command shows the commands', async () => {
    const { code, stderr } = await commandLine();
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Usage: fastgrnn[^]*simulate/);
  });
});

describe('a wrong recipe', () => {
  const cases: [string, string, RegExp][] = [
    ['unknown field', 'network.hidenSize=8', /network\.hidenSize: unknown field; did you mean hiddenSize\?/],
    ['negative size', 'network.hiddenSize=-3', /network\.hiddenSize: -3 must be an integer from 1 to 255/],
    ['too many units', 'network.hiddenSize=256', /network\.hiddenSize: 256 must be an integer from 1 to 255/],
    ['rank of W above the channels', 'network.wRank=3', /wRank is 3: must be an integer from 0 to 2/],
    ['rank of U above the units', 'network.uRank=5', /uRank is 5: must be an integer from 0 to 4/],
    ['no epochs', 'training.epochs=[0,0,0]', /training\.epochs: \[0,0,0\] must be three integers/],
    ['text for a number', 'training.learningRate=fast', /training\.learningRate: "fast" must be a number/],
    ['seed too large', 'seed=4294967296', /seed: 4294967296 must be an integer/],
    ['no value', 'network.hiddenSize', /--set network\.hiddenSize: must be NAME=VALUE/],
    ['unknown board', 'targets=[mega]', /targets.* must be a list of board names, as in \[uno\]/],
    ['an alias to nothing', 'seed=*x', /--set seed=\*x: Unresolved alias/],
    [
      'a unit far too small',
      'data.input.lsb=1e-9',
      /data\.input\.lsb: 1e-9 is too small: \d+ % of the training values/,
    ],
    [
      'values where there are classes',
      'network.head=regression',
      /network\.head: regression learns targets, but folder has classes alone/,
    ],
    ['groups that are not there', 'data.validationBy=group', /group needs recordings of at least two groups/],
  ];
  for (const [what, set, message] of cases) {
    it(`is refused before anything is trained: ${what}`, async () => {
      const result = await train('--set', set);
      expectRefusal(result, message);
      expect(result.stderr).not.toContain('training:');
    });
  }

  it('is refused where it does not exist, or is no recipe', async () => {
    expectRefusal(await commandLine('run', 'digit'), /there is no recipe digit; did you mean digits\?/);
    expectRefusal(await commandLine('run', at('csv')), /is a folder; did you mean .*recipe\.yaml\?/);
    await writeTree(folder.path, { 'tabs.yaml': 'network:\n\thiddenSize: 3\n' });
    const { code, stderr } = await commandLine('run', at('tabs.yaml'));
    expect(stderr).toMatch(/^fastgrnn: recipe tabs: .* at line 2, column 1\n$/); // the place is shown below
    expect(code).toBe(2);
  });

  it('can’t take settings from a comparison that isn’t there', async () => {
    const result = await commandLine('compare', 'digits', '--settings', at('none'), '--out', at('settings'));
    expectRefusal(
      result,
      /--settings: there is no .*none.compare.json; name the folder of a comparison that is finished/,
    );
  });

  it.each([
    ['{"rows": [{"network": "FastGRNN", "sett', 'cut off'],
    ['{"rows": [{"network": "FastGRNN"}]}', 'without settings'],
    ['null', 'of nothing'],
  ])('can’t take settings from a file %s', async (content, what) => {
    const file = path.join(what, 'compare.json');
    await writeTree(folder.path, { [file]: content });
    const result = await commandLine(
      'compare',
      'digits',
      '--cells',
      'FastGRNN',
      '--settings',
      at(what),
      '--out',
      at('settings'),
    );
    expectRefusal(result, /--settings: .*compare.json is not what a comparison writes; name the folder/);
  });

  it('that diverges ends with what to do, and leaves no model', async () => {
    const sets = ['learningRate=10', 'optimiser=sgd', 'weightDecay=100', 'clip=0', 'epochs=[40,0,0]', 'warmup=0'];
    const result = await train('--out', at('diverged'), ...sets.flatMap((set) => ['--set', `training.${set}`]));
    expectRefusal(result, /training diverged in epoch \d+: .*lower training\.learningRate \(now 10\)/);
    await expect(readFile(at('diverged', 'model.safetensors'))).rejects.toThrow('ENOENT');
  });

  it('asks for kernels that are not there', async () => {
    // Whatever the processor is, it isn't of both kinds; without an addon it has neither.
    const other = process.arch === 'arm64' ? 'native-avx2' : 'native-neon';
    expectRefusal(await train('--backend', other), /this processor can't run \w+ kernels|no native kernels/);
  });
});

describe('wrong recordings', () => {
  const right = 'x,y\n1,2\n3,4\n';
  const four = { 'a/1.csv': right, 'a/2.csv': right, 'b/1.csv': right, 'b/2.csv': right };
  const cases: [string, Record<string, string>, RegExp][] = [
    [
      'text',
      { ...four, 'b/2.csv': 'x,y\n1,2\n3,high\n' },
      /b\/2\.csv, line 3, column 2 \(y\): "high" is not a finite number/,
    ],
    ['NaN', { ...four, 'b/2.csv': 'x,y\n1,NaN\n3,4\n' }, /b\/2\.csv, line 2, column 2 \(y\): a value is missing/],
    ['a ragged row', { ...four, 'b/2.csv': 'x,y\n1,2\n3\n' }, /b\/2\.csv, line 3: 1 columns, but 2 in line 2/],
    ['an empty file', { ...four, 'b/2.csv': '' }, /b\/2\.csv is empty/],
    ['a header in some files', { ...four, 'b/2.csv': '1,2\n3,4\n' }, /b\/2\.csv begins with numbers, .* or none/],
    ['channels in another order', { ...four, 'b/2.csv': 'y,x\n1,2\n3,4\n' }, /b\/2\.csv, column 1 is "y"/],
    ['one class', { 'a/1.csv': right, 'a/2.csv': right }, /has one class alone, a/],
    ['no classes', { '1.csv': right }, /1\.csv lies in no class folder/],
    ['too few for a test set', { 'a/1.csv': right, 'b/1.csv': right }, /no class has two recordings/],
  ];
  for (const [i, [what, files, message]] of cases.entries()) {
    it(`are refused with their place: ${what}`, async () => {
      await writeTree(at(`wrong-${i}`), files);
      const result = await commandLine('run', 'csv', '--set', `data.path=${at(`wrong-${i}`)}`, '--out', at('out'));
      expectRefusal(result, message);
    });
  }

  it('are refused where there are none', async () => {
    const nowhere = ['--data', at('nowhere')];
    expectRefusal(await commandLine('run', 'digits', ...nowhere), /there is no folder .*nowhere; --data names/);
    expectRefusal(await commandLine('data', 'info', 'mnist-rows', ...nowhere), /there is no folder .*nowhere/);
    expectRefusal(await commandLine('run', 'csv', '--set', 'data.path=/nowhere'), /there is no folder \/nowhere/);
    expectRefusal(await commandLine('run', 'csv'), /data\.path: missing/);
    expectRefusal(await commandLine('run', 'har6', '--data', at('data'), '--out', at('out')), /uci-har/);
  });

  it('are refused where an integer network can never take them, before it is trained', async () => {
    const wide = `${new Array(256).fill('0.5').join(',')}\n`;
    await writeTree(at('wide'), { 'a/1.csv': wide, 'a/2.csv': wide, 'b/1.csv': wide, 'b/2.csv': wide });
    const args = [
      'csv',
      '--set',
      `data.path=${at('wide')}`,
      '--set',
      'training.epochs=[1,0,0]',
      '--out',
      at('wide-run'),
    ];
    expectRefusal(
      await commandLine('run', ...args),
      /256 channels, an integer network takes at most 255; .*fastgrnn train/,
    );
    expect((await commandLine('train', ...args)).code).toBe(0); // as the message says
  });

  it.each([
    [['network.bidirectional=true'], /network\.bidirectional: .*forwards/],
    [['network.cell=RNN', 'network.recurrence=EURNN', 'network.uRank=0'], /network\.recurrence is EURNN: its modReLU/],
  ])(
    'has no integer form, %j: refused before it is trained, where the float network alone is',
    async (sets, message) => {
      const changes = [...sets, 'training.epochs=[1,0,0]'].flatMap((set) => ['--set', set]);
      const args = [at('csv', 'recipe.yaml'), ...changes, '--out', at('float-alone')];
      expectRefusal(await commandLine('run', ...args), message);
      await expect(readFile(at('float-alone', 'model.safetensors'))).rejects.toThrow();
      expect((await commandLine('train', ...args)).code).toBe(0);
      await rm(at('float-alone'), { recursive: true });
    },
  );
});

describe('a wrong model', () => {
  it('is refused: missing, cut, changed, foreign, newer', async () => {
    const bytes = await readFile(at('run', 'model.safetensors'));
    const text = bytes.toString('latin1');
    const version = text.indexOf('\\"version\\":1');
    const newer = Buffer.from(`${text.slice(0, version)}\\"version\\":2${text.slice(version + 13)}`, 'latin1');
    expect(version).toBeGreaterThan(0);
    const flipped = Uint8Array.from(bytes);
    flipped[bytes.length - 5] ^= 4;
    await writeTree(folder.path, { cut: bytes.subarray(0, 900), flipped, newer, foreign: 'PK\u0003\u0004 and so on' });
    const commands = [['inspect'], ['evaluate'], ['simulate'], ['integer'], ['export', '--target', 'c']];
    for (const [command, ...more] of commands) {
      const on = (name: string) => commandLine(command, at(name), ...more);
      expectRefusal(await on('missing'), /can't read .*missing: there is no such file/);
      expectRefusal(await on('cut'), /cut is damaged/);
      expectRefusal(await on('flipped'), /flipped was changed after it was written/);
      expectRefusal(await on('newer'), /newer was (changed after it was written|written by a newer version)/);
      expectRefusal(await on('foreign'), /foreign is damaged or no safetensors file/);
      expectRefusal(await on('run'), /can't read .*run: it is a directory/);
    }
  });

  it('is refused for data that it was not trained on', async () => {
    const model = at('run', 'integer.safetensors');
    const other = {
      'up/1.csv': 'x,y\n1,2\n',
      'up/2.csv': 'x,y\n1,2\n',
      'down/1.csv': 'x,y\n1,2\n',
      'down/2.csv': 'x,y\n1,2\n',
    };
    await writeTree(at('other'), other);
    expectRefusal(
      await commandLine('evaluate', model, '--data', at('other')),
      /class 0 is down in the data and left in the model/,
    );
    expectRefusal(
      await commandLine('evaluate', model, '--data', 'digits'),
      /28 channels and 10 classes, the model takes 2 and 2/,
    );
    const swapped = { 'left/1.csv': 'y,x\n1,2\n', 'left/2.csv': 'y,x\n1,2\n', 'right/1.csv': 'y,x\n1,2\n' };
    await writeTree(at('swapped'), swapped);
    expectRefusal(
      await commandLine('evaluate', model, '--data', at('swapped')),
      /channel 0 is y in the data and x in the model/,
    );
    expectRefusal(await commandLine('integer', model), /integer\.safetensors is an integer model already/);
    expectRefusal(await commandLine('evaluate', model, '--data', at('nowhere')), /there is no recipe .*nowhere/);
    expectRefusal(
      await commandLine('evaluate', model, '--data', at('run')),
      /run has no recordings: none of its \d+ files/,
    );
  });

  it('or image is refused by simulate', async () => {
    const simulate = (image: string) => commandLine('simulate', at('run', 'integer.safetensors'), '--image', image);
    expectRefusal(await simulate(at('csv', 'recipe.yaml')), /recipe\.yaml: Intel HEX, line 1: /);
    expectRefusal(await simulate(at('nothing.hex')), /can't read .*nothing\.hex: there is no such file/);
  });

  it('image in place of a model is refused', async () => {
    const model = at('run', 'integer.safetensors');
    const exported = await commandLine('export', model, '--target', 'hex', '--prefix', 'net', '--out', at('image'));
    expect(exported.stderr).toBe('--prefix does nothing here: an image has no names\n');
    for (const name of ['uno.hex', 'copy.bin']) {
      await writeFile(at('image', name), await readFile(at('image', 'uno.hex')));
      expectRefusal(
        await commandLine('inspect', at('image', name)),
        /is a board's image, not a model; give the \.safe/,
      );
    }
  });

  it('prefix is refused by export', async () => {
    const model = at('run', 'integer.safetensors');
    expectRefusal(
      await commandLine('export', model, '--target', 'c', '--prefix', '9 lives', '--out', at('c')),
      /9 lives/,
    );
  });
});

describe('a place that cannot be written to', () => {
  it('is refused before anything is trained: a file where a folder is needed', async () => {
    await writeFile(at('file'), 'mine');
    for (const out of [at('file'), at('file', 'below')]) {
      const result = await commandLine('train', at('csv', 'recipe.yaml'), '--out', out);
      expectRefusal(result, /file/);
      expect(result.stderr).not.toContain('training:');
    }
    expect(await readFile(at('file'), 'utf8')).toBe('mine');
  });

  it('is told by the commands that write: a folder where a file is needed', async () => {
    await mkdir(at('taken.safetensors'), { recursive: true });
    const result = await commandLine('integer', at('run', 'model.safetensors'), '--out', at('taken.safetensors'));
    expectRefusal(result, /can't write .*taken\.safetensors/);
  });

  it('is made where it does not exist', async () => {
    expect((await train('--out', at('new', 'folder'))).code).toBe(0);
    expect(await readFile(at('new', 'folder', 'model.safetensors'))).toEqual(
      await readFile(at('run', 'model.safetensors')),
    );
  });
});
