import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeModel, encodeSafetensors, tensorsOf, type Tensor } from '../../network/index.js';
import { importOptionsOf, worstLogit, type ImportCase } from '../../testing/imported.js';
import { npy, temporaryFolder, writeCsv } from '../../testing/index.js';
import { encode, readModel } from '../models.js';
import { importWeights, type ImportOptions } from './index.js';

const golden = fileURLToPath(new URL('golden', import.meta.url));

const cases = JSON.parse(await readFile(path.join(golden, 'cases.json'), 'utf8')) as ImportCase[];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...names: string[]) => path.join(folder.path, ...names);

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** A copy of a golden folder of .npy files, to be broken. */
async function copy(name: string, to: string): Promise<string> {
  await cp(path.join(golden, name), at(to), { recursive: true });
  return at(to);
}

const caseOf = (name: string) => cases.find((one) => one.path === name)!;

describe('the logits of the program that trained it', () => {
  for (const one of cases) {
    it(`${one.path}: ${one.cell}`, async () => {
      const { model } = await importWeights(path.join(golden, one.path), importOptionsOf(one));
      expect(model.facts.architecture.cell).toBe(one.cell);
      expect(worstLogit(model, one)).toBeLessThan(1e-5);
    });
  }

  it('differ with another layout of square matrices, another form of the scalars, another nonlinearity', async () => {
    for (const [name, wrong] of [
      ['pytorch-square.safetensors', { transpose: 'yes' }],
      ['paper-low.npz', { scalars: 'raw' }],
      ['pytorch-full.safetensors', { gate: 'sigmoid' }],
      ['pytorch-full.safetensors', { update: 'tanh' }],
      ['ugrnn-low.npz', { gate: 'sigmoid' }],
    ] as [string, ImportOptions][]) {
      const one = caseOf(name);
      const { model } = await importWeights(path.join(golden, name), { ...importOptionsOf(one), ...wrong });
      expect(worstLogit(model, one), `${name} ${JSON.stringify(wrong)}`).toBeGreaterThan(0.01);
    }
  });

  it('of vectors zeta and nu are those of the equations', async () => {
    const one = caseOf('tensorflow-full');
    const to = await copy('tensorflow-full', 'vectors');
    const { model: single } = await importWeights(to);
    const [zeta, nu] = ['zeta', 'nu'].map((local) => {
      const { offset } = tensorsOf(single.facts.architecture).find((tensor) => tensor.local === local)!;
      return single.parameters[offset];
    });
    const write = (name: string, values: number[]) => writeFile(path.join(to, `${name}.npy`), npy([6, 1], values));
    await write('zeta', new Array<number>(6).fill(zeta));
    await write('nu', new Array<number>(6).fill(nu));
    const { model, imported } = await importWeights(to);
    expect(model.facts.architecture.vectorZetaNu).toBe(true);
    expect(imported.decisions.join()).toContain('zeta and nu are vectors');
    expect(worstLogit(model, one)).toBeLessThan(1e-5);
    await write('zeta', [zeta, zeta, -zeta, zeta, zeta, zeta]);
    expect(worstLogit((await importWeights(to)).model, one)).toBeGreaterThan(1e-3);
  });

  it('survive the model file, which says what was read and how', async () => {
    const one = caseOf('tensorflow-full');
    const { model, imported } = await importWeights(path.join(golden, one.path));
    const bytes = await encode(model);
    await writeFile(at('model.safetensors'), bytes);
    const read = await readModel(at('model.safetensors'));
    expect(read).toEqual(model);
    expect(read.facts.imported).toEqual(imported);
    expect(imported.tensors['biasGate']).toEqual({ name: 'Bg', shape: [1, 6] });
    expect(imported.files.map(({ name }) => name)).toContain('FCbias.npy');
    expect(imported.decisions.join('\n')).toMatch(/stored \[inputs, hidden\]: their shapes allow nothing else/);
    expect(JSON.stringify((await decodeModel(bytes, '')).metadata)).not.toContain(golden);
    const again = await importWeights(await copy('tensorflow-full', 'elsewhere'));
    expect(await encode(again.model)).toEqual(bytes);
  });
});

describe('the layout that is taken', () => {
  const decisionsOf = async (name: string, options: ImportOptions = {}) =>
    (
      await importWeights(path.join(golden, name), { ...importOptionsOf(caseOf(name)), ...options })
    ).imported.decisions.join('\n');

  it('is told, with its reason', async () => {
    expect(await decisionsOf('tensorflow-square.npz')).toMatch(/\[inputs, hidden\]: as variables of TensorFlow are/);
    expect(await decisionsOf('fastrnn-full')).toMatch(/\[inputs, hidden\]: as EdgeML keeps its FastRNN/);
    expect(await decisionsOf('pytorch-low')).toMatch(/W = W2 W1: their shapes allow nothing else/);
    expect(await decisionsOf('pytorch-square.safetensors')).toMatch(/\[hidden, inputs\]: as --transpose no says/);
    expect(await decisionsOf('pytorch-square.safetensors')).toMatch(/classes, hidden\]: as PyTorch keeps/);
    expect(await decisionsOf('rank-too-high.npz')).toMatch(/factors of rank 3 were multiplied out/);
    expect(await decisionsOf('gru-low')).toMatch(
      /one a gate: as EdgeML keeps its GRU\n.*the factor that all gates share/,
    );
    expect(await decisionsOf('gru-full.npz')).toMatch(/reset gate comes before/);
    expect(await decisionsOf('tensorflow-full')).toMatch(/zeta and nu before their sigmoid: zeta is 1\.2/);
  });

  it('is asked for where square matrices could be either', async () => {
    const name = path.join(golden, 'pytorch-square.safetensors');
    await expect(importWeights(name)).rejects.toThrow(
      /FastGRNNCell\.W \[6, 6\] and FastGRNNCell\.U \[6, 6\].*shapes don't tell.*--transpose no.*--transpose yes/,
    );
  });

  it('is not what an option says where shapes contradict it', async () => {
    await expect(importWeights(path.join(golden, 'tensorflow-full'), { transpose: 'no' })).rejects.toThrow(
      /not as --transpose no says, but as --transpose yes would; leave it out/,
    );
    await expect(importWeights(path.join(golden, 'pytorch-low'), { factors: 'paper' })).rejects.toThrow(
      /not as --factors paper says, but as --factors edgeml would; leave it out/,
    );
    const mixed = await copy('tensorflow-full', 'mixed');
    await rm(path.join(mixed, 'U.npy'));
    await writeFile(path.join(mixed, 'U1.npy'), npy([6, 2], new Array<number>(12).fill(0.1)));
    await writeFile(path.join(mixed, 'U2.npy'), npy([6, 2], new Array<number>(12).fill(0.1)));
    await expect(importWeights(mixed)).rejects.toThrow(
      /\(W as --transpose yes would say, U as --factors paper\); transpose one of them/,
    );
    await expect(importWeights(path.join(golden, 'tensorflow-full'), { transposeClassifier: 'no' })).rejects.toThrow(
      /FC \[6, 4\] is not as --transpose-classifier no says/,
    );
  });
});

describe('inputs', () => {
  const name = path.join(golden, 'tensorflow-full');

  it('get the unit that is asked for, and names', async () => {
    const { model } = await importWeights(name, {
      lsb: [0.03125],
      classes: ['a', 'b', 'c', 'd'],
      channels: ['x', 'y', 'z'],
      units: ['g', 'g', 'g'],
      steps: 50,
      margin: 2,
    });
    expect(model.facts.input).toEqual({
      steps: 50,
      lsb: [0.03125, 0.03125, 0.03125],
      units: ['g', 'g', 'g'],
      channelNames: ['x', 'y', 'z'],
    });
    expect(model.facts.classNames).toEqual(['a', 'b', 'c', 'd']);
    expect(model.margin).toBe(2);
    // A coarse unit rounds the centre by up to half of it; the biases take that over.
    expect(worstLogit(model, caseOf('tensorflow-full'))).toBeLessThan(1e-5);
    await expect(importWeights(name, { lsb: [0.1, 0.1] })).rejects.toThrow(/--lsb: 2 given, the network has 3/);
    await expect(importWeights(name, { classes: ['a'] })).rejects.toThrow(/--classes: 1 given, the network has 4/);
    await expect(importWeights(name, { lsb: [1e-5] })).rejects.toThrow(/beyond int16; give a larger --lsb/);
  });

  it('normalised by step are refused, or taken together when asked', async () => {
    const to = await copy('tensorflow-full', 'by-step');
    const mean = Array.from({ length: 12 }, (_, i) => i / 8);
    await writeFile(path.join(to, 'mean.npy'), npy([12], mean));
    await writeFile(path.join(to, 'std.npy'), npy([12], new Array<number>(12).fill(2)));
    await expect(importWeights(to)).rejects.toThrow(/mean \[12\].*each of 4 steps has its own.*--normalise-over-steps/);
    const { model } = await importWeights(to, { normaliseOverSteps: true });
    const { features, input } = model.facts;
    // The mean of channel 0 over steps 0, 3, 6, 9 eighths; its variance adds to that of each step.
    expect(features.centre[0] * input.lsb[0]).toBeCloseTo(4.5 / 8, 3);
    expect(input.lsb[0] / features.scale[0]).toBeCloseTo(Math.hypot(2, Math.sqrt(45 / 4) / 8), 12);
    await writeFile(
      path.join(to, 'mean.npy'),
      npy(
        [12],
        Array.from(mean, (_, i) => (i % 3) / 8),
      ),
    );
    const { imported } = await importWeights(to);
    expect(imported.decisions.join('\n')).toMatch(/the same at all 4 steps/);
  });

  it('of recordings give unit, names and ranges', async () => {
    await writeCsv(at('csv'));
    const H = 5;
    const draw = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(7 * i + n));
    const f32 = (tensorName: string, ...shape: number[]): Tensor => ({
      name: tensorName,
      dtype: 'F32',
      shape,
      data: draw(shape.reduce((a, b) => a * b, 1)),
    });
    const tensors = [f32('W', H, 2), f32('U', H, H), f32('Bg', H), f32('Bh', H), f32('FC', H, 2), f32('FCbias', 2)];
    const scalars: Tensor[] = [
      { name: 'zeta', dtype: 'F32', shape: [1, 1], data: Float32Array.of(2) },
      { name: 'nu', dtype: 'F32', shape: [1, 1], data: Float32Array.of(-4) },
    ];
    await writeFile(at('two.safetensors'), encodeSafetensors([...tensors, ...scalars], {}));
    const made = await importWeights(at('two.safetensors'), { data: at('csv', 'recipe.yaml') });
    expect(made.imported.calibration).toBe('recordings');
    expect(made.warnings).toEqual([]);
    expect(made.model.facts).toMatchObject({ classNames: ['left', 'right'], input: { channelNames: ['x', 'y'] } });
    const synthetic = await importWeights(at('two.safetensors'));
    expect(synthetic.warnings.join()).toMatch(/no recordings to calibrate with.*256 made-up sequences of 100 steps/);
    expect(synthetic.model.ranges).not.toEqual(made.model.ranges);
    await expect(importWeights(name, { data: at('csv', 'recipe.yaml') })).rejects.toThrow(
      /its steps have 2 values, the network reads 3/,
    );
  });
});

describe('what is wrong is told by name', () => {
  it('a missing tensor, and what there is', async () => {
    const to = await copy('tensorflow-full', 'missing');
    await rm(path.join(to, 'nu.npy'));
    await expect(importWeights(to)).rejects.toThrow(
      /no nu for a FastGRNN, which needs W, U, biasGate.* \(W1 and W2 for W.*there are .*Bg \[1, 6\].*--map nu=THEIRS/,
    );
    await rm(path.join(to, 'zeta.npy'));
    await expect(importWeights(to)).rejects.toThrow(/no zeta, nu for a FastGRNN/);
    // What may be missing is not named as needed.
    const low = await copy('pytorch-low', 'one-factor');
    await rm(path.join(low, 'U2.npy'));
    await expect(importWeights(low)).rejects.toThrow(
      /no U2 for a FastGRNN, which needs W1, W2, U1, U2, biasGate, biasUpdate, zeta, nu, classifier, classifierBias \(W1/,
    );
  });

  it('a shape that fits nothing', async () => {
    const to = await copy('tensorflow-full', 'shape');
    await writeFile(path.join(to, 'U.npy'), npy([5, 6], new Array<number>(30).fill(0.1)));
    await expect(importWeights(to)).rejects.toThrow(
      /U \[5, 6\]: the biases have 6 hidden units, so U must be \[6, 6\]/,
    );
    await writeFile(path.join(to, 'FC.npy'), npy([5, 4], new Array<number>(20).fill(0.1)));
    await cp(path.join(golden, 'tensorflow-full', 'U.npy'), path.join(to, 'U.npy'));
    await expect(importWeights(to)).rejects.toThrow(/FC \[5, 4\]: the classifier must be \[4, 6\] or \[6, 4\]/);
    await writeFile(path.join(to, 'zeta.npy'), npy([6], new Array<number>(6).fill(2)));
    await cp(path.join(golden, 'tensorflow-full', 'FC.npy'), path.join(to, 'FC.npy'));
    await expect(importWeights(to)).rejects.toThrow(/nu \[.*\] must be a number for each of the 6 hidden units/);
    await writeFile(path.join(to, 'zeta.npy'), npy([5], new Array<number>(5).fill(2)));
    await expect(importWeights(to)).rejects.toThrow(/zeta \[5\] must be a number for each of the 6 hidden units/);
  });

  it('a type of numbers that is not read', async () => {
    const header = JSON.stringify({ W: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } }).padEnd(80);
    const bytes = new Uint8Array(8 + header.length + 1);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    await writeFile(at('f8.safetensors'), bytes);
    await expect(importWeights(at('f8.safetensors'))).rejects.toThrow(/W is of type "F8_E4M3"; F64, F32.*are read/);
    await writeFile(at('cut.safetensors'), bytes.subarray(0, 40));
    await expect(importWeights(at('cut.safetensors'))).rejects.toThrow(/is damaged.*its header is cut off/);
    const to = await copy('tensorflow-full', 'texts');
    await writeFile(path.join(to, 'W.npy'), npy([2], ['a', 'b'], '<U4'));
    await expect(importWeights(to)).rejects.toThrow(/W holds texts \(<U4\), not weights/);
  });

  it('a weight that is no number', async () => {
    const to = await copy('tensorflow-full', 'nan');
    await writeFile(path.join(to, 'Bh.npy'), npy([6], [0, 0, NaN, 0, 0, 0]));
    await expect(importWeights(to)).rejects.toThrow(/Bh holds NaN at entry 2/);
  });

  it('scalars that could be either', async () => {
    await expect(importWeights(path.join(golden, 'paper-low.npz'))).rejects.toThrow(
      /zeta 0\.78\d*, nu 0\.04\d*: these could be before or after the sigmoid; give --scalars raw .* or --scalars sigmoid/,
    );
    await expect(importWeights(path.join(golden, 'tensorflow-full'), { scalars: 'sigmoid' })).rejects.toThrow(
      /zeta is no value of a sigmoid/,
    );
  });

  it('deviations of 0', async () => {
    const to = await copy('tensorflow-full', 'zero');
    await writeFile(path.join(to, 'std.npy'), npy([3], [1, 0, 1]));
    await expect(importWeights(to)).rejects.toThrow(/std is 0 at entry 1/);
    await rm(path.join(to, 'std.npy'));
    await expect(importWeights(to)).rejects.toThrow(
      /no std for a FastGRNN, which needs [^;]*, and mean and std together or neither;/,
    );
  });

  it('a name that two tensors have, and a mapped one that is not there', async () => {
    const to = await copy('tensorflow-full', 'twice');
    await cp(path.join(to, 'W.npy'), path.join(to, 'layer2.W.npy'));
    await expect(importWeights(to)).rejects.toThrow(/W and layer2\.W could both be W; say which by --map W=W/);
    expect((await importWeights(to, { map: { W: 'W' } })).imported.unused).toEqual(['layer2.W']);
    await expect(importWeights(to, { map: { W: 'V' } })).rejects.toThrow(/--map W=V: .* holds no V, but Bg/);
  });

  it('another cell', async () => {
    const tensor = (name: string, ...shape: number[]): Tensor => ({
      name,
      dtype: 'F32',
      shape,
      data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
    });
    const refusal = async (tensors: Tensor[]) => {
      await writeFile(at('other.safetensors'), encodeSafetensors(tensors, {}));
      return importWeights(at('other.safetensors')).then(String, (error: Error) => error.message);
    };
    expect(await refusal([tensor('gru/recurrent_kernel:0', 4, 12)])).toMatch(/a GRU, LSTM or plain RNN of Keras/);
  });

  it('a matrix of a gate that fits no other', async () => {
    const to = await copy('ugrnn-full', 'gate');
    await writeFile(path.join(to, 'W2.npy'), npy([3, 5], new Array<number>(15).fill(0.1)));
    await expect(importWeights(to)).rejects.toThrow(
      /W2 \[3, 5\]: the biases have 6 hidden units, so it must be \[inputs, 6\]/,
    );
    await rm(path.join(to, 'W2.npy'));
    await writeFile(path.join(to, 'U3.npy'), npy([6, 6], new Array<number>(36).fill(0.1)));
    await expect(importWeights(to)).rejects.toThrow(
      /no W2, W3, biasReset for a GRU, which needs W1, W2, W3, U1.*there are/,
    );
    await expect(importWeights(path.join(golden, 'gru-full.npz'), { transpose: 'no' })).rejects.toThrow(
      /a GRU is read as EdgeML keeps it.*leave --transpose and --factors out/,
    );
    const low = await copy('gru-low', 'base');
    await writeFile(path.join(low, 'U2.npy'), npy([4, 6], new Array<number>(24).fill(0.1)));
    await expect(importWeights(low)).rejects.toThrow(/U \[6, 3\] and U2 \[4, 6\].*must be \[6, r\] and \[r, 6\]/);
  });

  it('a path with no weights, a format that is not read, a model of ours', async () => {
    await writeFile(at('note.txt'), 'x');
    await expect(importWeights(folder.path)).rejects.toThrow(/holds no \.npy files/);
    await expect(importWeights(at('net.pt'))).rejects.toThrow(/reads \.safetensors.*model\.state_dict/);
    await expect(importWeights(at('absent.npz'))).rejects.toThrow(/absent\.npz/);
    const { model } = await importWeights(path.join(golden, 'tensorflow-full'));
    await writeFile(at('own.safetensors'), await encode(model));
    await expect(importWeights(at('own.safetensors'))).rejects.toThrow(/is a model of fastgrnn already/);
  });
});
