import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeSafetensors, type Tensor } from '../../network/index.js';
import { importOptionsOf, worstLogit, type ImportCase } from '../../testing/imported.js';
import { temporaryFolder } from '../../testing/index.js';
import { encode, readModel } from '../models.js';
import { importWeights, type ImportOptions } from './index.js';
import { readForeignSafetensors } from './safetensors.js';

const golden = fileURLToPath(new URL('golden-torch', import.meta.url));
const record = JSON.parse(await readFile(path.join(golden, 'cases.json'), 'utf8')) as {
  readonly torch: string;
  readonly script: string;
  readonly cases: readonly ImportCase[];
};
const caseOf = (name: string) => record.cases.find((one) => one.path === `${name}.safetensors`)!;
const at = (...names: string[]) => path.join(golden, ...names);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** A golden file's tensors, changed and written elsewhere. */
async function changed(name: string, change: (tensors: Map<string, Tensor>) => void): Promise<string> {
  const read = readForeignSafetensors(await readFile(at(`${name}.safetensors`)), name);
  const tensors = new Map(
    read.map(({ name: own, shape, data }): [string, Tensor] => [
      own,
      { name: own, dtype: 'F32', shape, data: Float32Array.from(data) },
    ]),
  );
  change(tensors);
  const file = path.join(folder.path, `${name}.safetensors`);
  await writeFile(file, encodeSafetensors([...tensors.values()], {}));
  return file;
}

const tensor = (name: string, ...shape: number[]): Tensor => ({
  ...{ name, dtype: 'F32', shape },
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
});

describe("the logits of PyTorch's own modules", () => {
  for (const one of record.cases) {
    it(one.path, async () => {
      const { model, warnings, imported } = await importWeights(at(one.path), importOptionsOf(one));
      expect(model.facts.architecture.cell).toBe(one.cell);
      expect(worstLogit(model, one)).toBeLessThan(1e-5);
      expect(imported.unused).toEqual([]);
      expect(warnings.join()).toMatch(/no recordings to calibrate with/);
      const file = path.join(folder.path, one.path);
      await writeFile(file, await encode(model));
      expect(await readModel(file)).toEqual(model);
    });
  }

  it('differ for blocks in another order, a bias left out, another nonlinearity', async () => {
    const swapped = await changed('gru', (tensors) => {
      const { data } = tensors.get('rnn.weight_ih_l0')!;
      const block = data.length / 3;
      const first = data.slice(0, block);
      data.copyWithin(0, block, 2 * block);
      data.set(first as Float32Array, block);
    });
    expect(worstLogit((await importWeights(swapped)).model, caseOf('gru'))).toBeGreaterThan(0.01);
    const moved = await changed('gru', (tensors) => {
      // The candidate's bias behind the reset gate, moved before it: the sum is the same, the network isn't.
      const [before, behind] = ['rnn.bias_ih_l0', 'rnn.bias_hh_l0'].map((name) => tensors.get(name)!.data);
      for (let i = behind.length - 5; i < behind.length; i++) {
        before[i] += behind[i];
        behind[i] = 0;
      }
    });
    expect(worstLogit((await importWeights(moved)).model, caseOf('gru'))).toBeGreaterThan(0.01);
    const { model } = await importWeights(at('rnn-relu.safetensors'));
    expect(worstLogit(model, caseOf('rnn-relu'))).toBeGreaterThan(0.01);
  });

  it('are told with what was taken', async () => {
    const decisions = async (name: string) =>
      (await importWeights(at(`${name}.safetensors`), importOptionsOf(caseOf(name)))).imported.decisions.join('\n');
    expect(await decisions('lstm')).toMatch(
      /rnn: an LSTM of PyTorch: 4 blocks of 5 rows\nfc.weight reads the states: by its name/,
    );
    expect(await decisions('lstm-every')).toMatch(/score.weight reads the states: the only one of 4 columns/);
    expect(await decisions('lstm-both')).toMatch(/h_n\[-2\], h_n\[-1\].*not output\[:, -1\]/);
    expect(await decisions('gru-without-bias')).toMatch(/missing are 0/);
    expect(await decisions('gru-tokens')).toMatch(
      /embedding.weight embeds 7 tokens[^]*made-up sequences of 100 steps, of any tokens/,
    );
  });

  it('with mean and std beside the weights are those of normalised inputs', async () => {
    const file = await changed('gru', (tensors) => {
      tensors.set('mean', { ...tensor('mean', 3), data: Float32Array.of(1.3, -2.1, 0.4) });
      tensors.set('std', { ...tensor('std', 3), data: Float32Array.of(2, 0.5, 3) });
    });
    const one = caseOf('gru');
    const [mean, std] = [
      [1.3, -2.1, 0.4],
      [2, 0.5, 3],
    ].map((list) => list.map(Math.fround));
    // Inputs that lie on the grid of counts, and what the module then reads: so the golden logits are those of other inputs.
    const { model } = await importWeights(file, { lsb: [2 ** -5] });
    const shifted = {
      ...one,
      inputs: one.inputs.map((sequence) =>
        sequence.map((step) => step.map((x, d) => Math.round((x * std[d] + mean[d]) * 32) / 32)),
      ),
    };
    const plain = (await importWeights(at('gru.safetensors'))).model;
    const normalised = shifted.inputs.map((sequence) =>
      sequence.map((step) => step.map((x, d) => (x - mean[d]) / std[d])),
    );
    const { referenceForward } = await import('../../network/index.js');
    const logits = normalised.map((sequence) => [
      ...referenceForward(plain.facts.architecture, plain.parameters, sequence).logits,
    ]);
    expect(worstLogit(model, { ...shifted, logits })).toBeLessThan(1e-5);
  });
});

describe('what is wrong is told by name', () => {
  const refused = async (name: string, change: (tensors: Map<string, Tensor>) => void, options?: ImportOptions) =>
    importWeights(await changed(name, change), options).then(String, (error: Error) => error.message);

  it('a tensor that is missing or of another shape', async () => {
    expect(await refused('gru-two-layers', (all) => all.delete('rnn.weight_ih_l1'))).toMatch(
      /no rnn\.weight_ih_l1; there are .*rnn\.weight_ih_l0 \[12, 3\].*save the whole state_dict/,
    );
    expect(await refused('gru', (all) => all.set('rnn.bias_hh_l0', tensor('rnn.bias_hh_l0', 5)))).toMatch(
      /rnn\.bias_hh_l0 \[5\] must be \[15\]/,
    );
    expect(await refused('gru', (all) => all.set('rnn.weight_hh_l0', tensor('rnn.weight_hh_l0', 10, 5)))).toMatch(
      /rnn\.weight_hh_l0 \[10, 5\] must be \[G hidden, hidden\] with G 1 for an RNN/,
    );
    expect(await refused('lstm', (all) => all.set('rnn.weight_hr_l0', tensor('rnn.weight_hr_l0', 2, 5)))).toMatch(
      /rnn\.weight_hr_l0 \[2, 5\] projects the LSTM's state/,
    );
  });

  it('any tensor of the recurrent module that is missing, under the name that it has there', async () => {
    for (const [file, name] of [
      ['gru', 'rnn.weight_hh_l0'],
      ['gru', 'rnn.weight_ih_l0'],
      ['lstm', 'rnn.bias_hh_l0'],
      ['lstm', 'rnn.bias_ih_l0'],
      ['gru-two-layers', 'rnn.bias_hh_l1'],
      ['gru-cell', 'rnn.weight_hh'],
    ]) {
      expect(await refused(file, (all) => all.delete(name))).toMatch(
        new RegExp(`no ${name.replace('.', '\\.')}; there are .*save the whole state_dict`),
      );
    }
  });

  it('weights that weight norm makes of others', async () => {
    const normed = (name: string, magnitude: string, direction: string) => (all: Map<string, Tensor>) => {
      const { shape } = all.get(name)!;
      all.set(direction, { ...all.get(name)!, name: direction });
      all.set(magnitude, tensor(magnitude, shape[0], 1));
      all.delete(name);
    };
    expect(await refused('gru', normed('rnn.weight_hh_l0', 'rnn.weight_hh_l0_g', 'rnn.weight_hh_l0_v'))).toMatch(
      /rnn\.weight_hh_l0_g \[15, 1\].*weight norm.*torch\.nn\.utils\.remove_weight_norm/,
    );
    const [g, v] = [0, 1].map((k) => `rnn.parametrizations.weight_hh_l0.original${k}`);
    expect(await refused('gru', normed('rnn.weight_hh_l0', g, v))).toMatch(
      /original0 \[15, 1\], .*original1 \[15, 5\].*parametrize\.remove_parametrizations/,
    );
    expect(await refused('gru', normed('fc.weight', 'fc.weight_g', 'fc.weight_v'))).toMatch(
      /fc\.weight_g \[4, 1\].*weight norm/,
    );
  });

  it('a tensor of the recurrent module that no such module has', async () => {
    const weird = 'rnn.weight_ih_l0_weird';
    expect(await refused('gru', (all) => all.set(weird, tensor(weird, 15, 3)))).toMatch(
      /rnn\.weight_ih_l0_weird \[15, 3\] belong to the recurrent module.*no such weights/,
    );
  });

  it('no layer that reads the states, several, or others', async () => {
    expect(await refused('gru', (all) => all.delete('fc.weight'))).toMatch(
      /no linear layer \[classes, 5\] reads the states; there are fc\.bias .*by --map/,
    );
    const alone = (all: Map<string, Tensor>) => void ['fc.weight', 'fc.bias'].forEach((name) => all.delete(name));
    expect(await refused('gru', alone)).toMatch(/reads the states; there are recurrent weights alone: save the whole/);
    expect(await refused('lstm-every', (all) => all.set('b.weight', tensor('b.weight', 3, 4)))).toMatch(
      /b\.weight \[3, 4\] and score\.weight \[2, 4\] could both read the states; say which by --map classifier=b\.weight/,
    );
    const normed = (all: Map<string, Tensor>) => all.set('norm.weight', tensor('norm.weight', 5));
    expect(await refused('gru', normed)).toMatch(/norm\.weight \[5\] belong to layers.*--map classifier=THEIRS/);
    const { imported } = await importWeights(await changed('gru', normed), { map: { classifier: 'fc.weight' } });
    expect(imported.unused).toEqual(['norm.weight']);
    expect(await refused('gru', (all) => all.set('b.weight_hh_l0', tensor('b.weight_hh_l0', 4, 4)))).toMatch(
      /b\.\* and rnn\.\* are several recurrent modules/,
    );
  });

  it('options that modules of PyTorch leave no choice for', async () => {
    expect(await refused('gru', () => undefined, { transpose: 'yes' })).toMatch(
      /--transpose does nothing for modules of PyTorch/,
    );
    expect(await refused('gru', () => undefined, { map: { W: 'fc.weight' } })).toMatch(
      /--map W: of modules of PyTorch only/,
    );
  });
});
