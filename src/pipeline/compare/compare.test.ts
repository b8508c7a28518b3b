import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecipeError } from '../../recipe/index.js';
import type { CompareMetrics } from '../../report/index.js';
import { temporaryFolder, writeCsv, writeMnist, writeUciHar, type HarWindow } from '../../testing/index.js';
import type { RunEvent } from '../events.js';
import { readModel } from '../models.js';
import { trainRecipe } from '../run.js';
import { compareNetworks } from './compare.js';
import type { CompareOptions } from './options.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...names: string[]) => path.join(folder.path, ...names);
const events: RunEvent[] = [];

function options(out: string, more: Partial<CompareOptions> = {}): CompareOptions {
  return {
    recipe: at('csv', 'recipe.yaml'),
    cells: ['RNN', 'FastRNN', 'FastGRNN'],
    seeds: 2,
    protocol: 'recipe',
    sizing: 'equal',
    boards: ['uno'],
    workers: 1,
    out: at(out),
    listener: (event) => void events.push(event),
    ...more,
  };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeCsv(at('csv'));
});
afterAll(() => folder.remove());

/** Figures without what a clock gave. */
function timeless({ rows, ...rest }: CompareMetrics): unknown {
  return { ...rest, rows: rows.map((row) => ({ ...row, trainingSeconds: 0 })) };
}

const writtenAt = async (file: string) => (await stat(file)).mtimeMs;

describe('a comparison', () => {
  it('has a row a network at equal bytes, and takes up what was finished', async () => {
    const { metrics } = await compareNetworks(options('whole'));
    expect(metrics.rows.map(({ network }) => network)).toEqual(['RNN', 'FastRNN', 'FastGRNN']);
    const [rnn, , fast] = metrics.rows;
    const bytes = fast.paperBytes ?? 0; // the recipe's own network
    for (const row of metrics.rows) {
      expect(row.seeds).toEqual([1, 2]);
      expect(row.integer?.values).toHaveLength(2);
      expect(row.paperBytes).toBeLessThanOrEqual(bytes);
      expect(row.boards.uno.runtime?.bitExact).toBe(true);
    }
    expect(fast.ahead).toBeNull();
    const lead = (rnn.integer?.values ?? []).map((value, i) => value - (fast.integer?.values[i] ?? NaN));
    expect(rnn.ahead).toMatchObject({ of: 'FastGRNN', by: 'integer', mean: (lead[0] + lead[1]) / 2 });

    // Each trial is the run of its recipe.
    const model = await readModel(at('whole', 'RNN', 'seed-2', 'model.safetensors'));
    expect(model.facts.provenance).toMatchObject({ recipe: 'csv-RNN', seed: 2 });
    expect(model.facts.architecture.hiddenSize).toBe(rnn.hiddenSize);

    // One trial is lost, one damaged: they are made again and come out the same; the others stay.
    const kept = at('whole', 'FastGRNN', 'seed-1', 'trial.json');
    const before = await writtenAt(kept);
    await rm(at('whole', 'RNN'), { recursive: true });
    await writeFile(at('whole', 'FastRNN', 'seed-2', 'trial.json'), '{"identity": "');
    const again = await compareNetworks(options('whole'));
    expect(timeless(again.metrics)).toEqual(timeless(metrics));
    expect(await writtenAt(kept)).toBe(before);
    const page = await readFile(at('whole', 'compare.html'), 'utf8');
    expect(page).toContain('FastRNN');
    expect(JSON.parse(await readFile(at('whole', 'compare.json'), 'utf8'))).toEqual(again.metrics);
  }, 120_000);

  it('chooses nonlinearities, learning rate and clipping on validation recordings, each network its own', async () => {
    events.length = 0;
    const tuned = { cells: ['FastRNN', 'GRU'], seeds: 1, protocol: 'tuned', boards: [] } as const;
    const { metrics } = await compareNetworks(options('tuned', { ...tuned, bytes: 100 }));
    const told = events.flatMap((event) => (event.kind === 'note' ? [event.text] : []));
    /** What was told of a network's trainings: of candidates (each a change of the best before it), or of whole settings at the end. */
    const triedBy = (network: string, whole: boolean) =>
      told.flatMap((text) => {
        const found = /^(\S+) (whole: )?(.+): validation (\S+), loss (\S+)$/.exec(text);
        if (found?.[1] !== network || (found[2] !== undefined) !== whole) return [];
        const set = Object.fromEntries(found[3].split(' ').map((one) => one.split('='))) as Record<string, string>;
        return [{ set, validation: +found[4], loss: +found[5] }];
      });
    const bestFirst = <T extends { validation: number; loss: number }>(tried: T[]) =>
      [...tried].sort((a, b) => b.validation - a.validation || a.loss - b.loss);
    const [fast, gru] = ['FastRNN', 'GRU'].map((network) => triedBy(network, false));
    const pairs = (tried: typeof fast, count: number) => tried.slice(0, count).map(({ set }) => Object.values(set));
    const rates = ['0.05', '0.0167'];
    const [lines, gates] = [
      [['hardTanh'], ['tanh'], ['relu']],
      [
        ['hardSigmoid4', 'hardTanh'],
        ['sigmoid', 'tanh'],
      ],
    ];
    const grid = (all: string[][]) => [
      ...all.flatMap((f) => rates.map((rate) => [...f, rate])),
      ...all.map((f) => [...f, '0.1']),
    ];
    expect(pairs(fast, 9)).toEqual(grid(lines));
    expect(pairs(gru, 6)).toEqual(grid(gates));
    for (const [row, tried] of [fast, gru].entries()) {
      const { update, gate, learningRate, clip } = metrics.rows[row].settings;
      const finalists = triedBy(['FastRNN', 'GRU'][row], true);
      expect(finalists).toHaveLength(3);
      expect(finalists[0].set).toMatchObject(bestFirst(tried)[0].set);
      expect(bestFirst(finalists)[0].set).toEqual({
        ...(gate !== null && { 'network.gate': gate }),
        'network.update': update,
        ...{ 'training.learningRate': String(learningRate), 'training.clip': String(clip) },
      });
    }
  }, 60_000);

  it('takes over what another comparison chose', async () => {
    const some = { cells: ['FastRNN', 'FastGRNN'], seeds: 1, boards: [], float: true, protocol: 'tuned' } as const;
    const first = await compareNetworks(options('chosen', some));
    events.length = 0;
    const sizing = { sizing: 'recipe', settings: at('chosen') } as const;
    const { metrics } = await compareNetworks(options('taken', { ...some, ...sizing, ablate: true }));
    expect(events.some((event) => event.kind === 'step' && event.text.startsWith('choosing'))).toBe(false);
    const [fast, gated] = first.metrics.rows.map(({ settings: { update, gate, optimiser, learningRate, clip } }) => {
      return { update, gate, optimiser, learningRate, clip };
    });
    expect(metrics.rows.map(({ settings }) => settings)).toMatchObject([fast, gated, gated, gated, gated]);
    expect(metrics.protocol).toBe('settings');
    const none = compareNetworks(options('taken', { ...some, ...sizing, cells: ['GRU'] }));
    await expect(none).rejects.toThrow(/chosen has no GRU, only FastRNN, FastGRNN/);
    await expect(compareNetworks(options('taken', { ...some, settings: at('none') }))).rejects.toThrow(
      /there is no .*compare.json/,
    );
    // Other choices are another comparison, whatever folder they stand in.
    const file = at('chosen', 'compare.json');
    const text = await readFile(file, 'utf8');
    const bigger = text.replaceAll(/"learningRate": [\d.]+/g, '"learningRate": 0.03');
    await writeFile(file, bigger);
    const other = await compareNetworks(options('taken', { ...some, ...sizing, cells: ['FastRNN'] }));
    expect(other.metrics.rows.map(({ network }) => network)).toEqual(['FastRNN']);
    for (const damaged of ['{"rows": [{"network": "FastRNN", "settings": {}}]}', '[]', 'null']) {
      await writeFile(file, damaged);
      await expect(compareNetworks(options('taken', { ...some, ...sizing }))).rejects.toThrow(/not what a comparison/);
    }
  }, 60_000);

  it('tests the network that a retraining on all recordings makes, without training it twice', async () => {
    const sets = ['training.retrain=true'];
    const { metrics } = await compareNetworks(options('once', { cells: ['FastRNN'], seeds: 1, boards: [], sets }));
    const model = await readModel(at('once', 'FastRNN', 'seed-1', 'model.safetensors'));
    const run = { recipe: at('csv', 'recipe.yaml'), out: at('twice'), workers: 1, targets: [] };
    const { hiddenSize, wRank, uRank } = metrics.rows[0];
    const shape = Object.entries({ hiddenSize, wRank, uRank }).map(([field, value]) => `network.${field}=${value}`);
    const { trained } = await trainRecipe({ ...run, sets: [...sets, 'network.cell=FastRNN', ...shape] });
    expect(trained.phases).toHaveLength(2);
    expect(model).toMatchObject({ parameters: trained.model.parameters });
  }, 60_000);

  it('takes FastGRNN apart, the quantised and the float row of one training', async () => {
    const { metrics } = await compareNetworks(
      options('ablated', { cells: ['FastGRNN'], ablate: true, seeds: 1, boards: [] }),
    );
    const [whole, q, sq, lsq] = metrics.rows;
    expect(metrics.rows.map(({ network }) => network)).toEqual([
      ...['FastGRNN', 'FastGRNN-Q', 'FastGRNN-SQ', 'FastGRNN-LSQ'],
    ]);
    expect(whole).toMatchObject({ wSparsity: 0.3, uSparsity: 0.3, settings: { epochs: [2, 2, 2] } });
    expect(q.float).toEqual(whole.float);
    expect(q.integer).toBeNull();
    expect([q.ahead, sq.ahead?.of]).toEqual([null, 'FastGRNN']);
    expect(sq).toMatchObject({ wSparsity: 1, wRank: 2, settings: { epochs: [6, 0, 0] } });
    expect(lsq).toMatchObject({ wRank: 0, uRank: 0 });
  }, 60_000);

  it('compares recurrences too, and says of one that it can’t go down to a board', async () => {
    const { metrics } = await compareNetworks(
      options('recurrences', {
        cells: ['FastGRNN', 'SpectralRNN', 'EURNN', 'oRNN', 'FactoredRNN'],
        ...{ seeds: 1, bytes: 200, sets: ['compression.uSparsity=0.5', 'training.epochs=[2,2,2]'] },
      }),
    );
    const { FastGRNN: fast, ...others } = Object.fromEntries(metrics.rows.map((row) => [row.network, row]));
    expect(fast.uSparsity).toBe(0.5);
    expect(Object.keys(others)).toEqual(['SpectralRNN', 'EURNN', 'oRNN', 'FactoredRNN']);
    for (const { network, uRank, uSparsity, integer, float, boards, skipped } of Object.values(others)) {
      expect([uRank, uSparsity]).toEqual([0, 1]);
      expect(float?.values).toHaveLength(1);
      if (network === 'EURNN') {
        expect(integer).toBeNull();
        expect(skipped.integer).toMatch(/modReLU/);
      } else expect(boards.uno.runtime?.bitExact).toBe(true);
    }
    expect(others.EURNN.hiddenSize % 2).toBe(0);
    expect(others.EURNN.ahead?.by).toBe('float');
  }, 60_000);

  it('compares gated networks', async () => {
    const cells = ['FastRNN-vector', 'UGRNN', 'GRU', 'LSTM'] as const;
    const { metrics } = await compareNetworks(options('gated', { cells, seeds: 1, bytes: 200, boards: [] }));
    expect(metrics.rows.map(({ network }) => network)).toEqual(cells);
    for (const { network, float, ahead } of metrics.rows) {
      expect(float?.values).toHaveLength(1);
      expect(ahead?.of).toBe(network === 'FastRNN-vector' ? undefined : 'FastRNN-vector'); // without FastGRNN, the first
    }
    const model = await readModel(at('gated', 'GRU', 'seed-1', 'model.safetensors'));
    expect(model.facts.architecture).toMatchObject({ cell: 'GRU', residual: 'free' });
  }, 60_000);

  it('trains the float networks alone, and takes them on to integer networks without another training', async () => {
    const some = { cells: ['RNN', 'FastRNN'], seeds: 1, against: 'RNN' } as const;
    const { metrics } = await compareNetworks(options('float', { ...some, float: true }));
    for (const row of metrics.rows)
      expect(row).toMatchObject({ integer: null, modelBytes: null, boards: {}, skipped: {} });
    const [rnn, fast] = metrics.rows;
    expect([rnn.ahead, fast.ahead?.of, fast.ahead?.by]).toEqual([null, 'RNN', 'float']);
    const whole = await compareNetworks(options('float', some));
    expect(whole.metrics.rows.map(({ trainingSeconds }) => trainingSeconds)).toEqual(
      metrics.rows.map(({ trainingSeconds }) => trainingSeconds),
    );
    for (const row of whole.metrics.rows) expect(row.boards.uno.runtime?.bitExact).toBe(true);
    expect(whole.metrics.rows[1].ahead?.by).toBe('integer');
  }, 60_000);

  it('has the rows of the seeds that are done where the rest was stopped', async () => {
    const some = { cells: ['RNN', 'FastRNN'], seeds: 2, against: 'RNN', float: true } as const;
    const stopped = new Error('stopped');
    const listener = (event: RunEvent) => {
      if (event.kind === 'note' && event.text.startsWith('3 of 4')) throw stopped;
    };
    await expect(compareNetworks({ ...options('stopped', some), listener, workers: 1 })).rejects.toBe(stopped);
    const rows = async () =>
      (JSON.parse(await readFile(at('stopped', 'compare.json'), 'utf8')) as CompareMetrics).rows.map(
        (row) => row.seeds,
      );
    expect(await rows()).toEqual([[1], [1]]);
    await compareNetworks(options('stopped', some));
    expect(await rows()).toEqual([
      [1, 2],
      [1, 2],
    ]);
  }, 60_000);

  it('refuses a network to compare with that nobody trains', async () => {
    const some = { cells: ['RNN', 'FastRNN'], seeds: 1, against: 'LSTM', float: true } as const;
    await expect(compareNetworks(options('nobody', some))).rejects.toThrow(/--against LSTM: neither among --cells/);
  });

  it('fits a recurrence to the units that it gets, and leaves it out of networks that have none', async () => {
    const recipe = at('csv', 'orthogonal.yaml');
    const network = 'network: {cell: RNN, recurrence: oRNN, reflectors: 6, hiddenSize: 6, wRank: 0, uRank: 0}';
    await writeFile(
      recipe,
      (await readFile(at('csv', 'recipe.yaml'), 'utf8')).replace(/^network:\n(?: +.*\n)+/m, `${network}\n`),
    );
    const sets = ['network.hiddenSize=4', 'training.epochs=[1,0,0]'];
    const some = { recipe, sets, seeds: 1, sizing: 'recipe', float: true } as const;
    const { metrics } = await compareNetworks(options('orthogonal', { ...some, cells: ['oRNN', 'GRU'] }));
    expect(metrics.rows.map(({ network: name, reflectors }) => [name, reflectors])).toEqual([
      ['oRNN', 4],
      ['GRU', undefined],
    ]);
  }, 60_000);

  it('takes what is one network’s alone out of the others', async () => {
    const sets = ['network.cell=GRU', 'network.reset=before'];
    const { metrics } = await compareNetworks(
      options('alone', { cells: ['GRU', 'LSTM'], seeds: 1, bytes: 200, boards: [], sets }),
    );
    expect(metrics.rows).toHaveLength(2);
    const architecture = async (name: string) =>
      (await readModel(at('alone', name, 'seed-1', 'model.safetensors'))).facts.architecture;
    expect(await architecture('GRU')).toMatchObject({ reset: 'before' });
    expect(await architecture('LSTM')).not.toHaveProperty('reset');
  }, 60_000);

  it('gives what some networks alone have to all of these, whatever the recipe’s', async () => {
    const sets = ['network.reflectors=255', 'network.residual=tied', 'network.reset=before'];
    const cells = ['FastGRNN', 'SpectralRNN', 'oRNN', 'GRU'] as const;
    const { metrics } = await compareNetworks(
      options('own', { cells, seeds: 1, bytes: 200, boards: [], float: true, sets }),
    );
    const architectures = await Promise.all(
      cells.map(async (name) => (await readModel(at('own', name, 'seed-1', 'model.safetensors'))).facts.architecture),
    );
    expect(architectures).toMatchObject([
      { residual: 'tied' },
      // As many as there are units.
      ...metrics.rows.slice(1, 3).map(({ hiddenSize }) => ({ reflectors: hiddenSize })),
      { reset: 'before' },
    ]);
    expect(metrics.rows.map(({ reflectors }) => reflectors)).toEqual([
      undefined,
      metrics.rows[1].hiddenSize,
      metrics.rows[2].hiddenSize,
      undefined,
    ]);
    const refused = (set: string) => compareNetworks(options('own', { cells, seeds: 1, sets: [set] }));
    await expect(refused('network.forgetBias=2')).rejects.toThrow(
      'network.forgetBias: only LSTM has it, and --cells has none; add one, or take it out',
    );
    await expect(refused('network.reset=never')).rejects.toThrow(/network.reset: .*never/);
    const impossible = { cells: ['EURNN'], sets: ['network.arrangement=fft', 'network.capacity=2'] } as const;
    await expect(compareNetworks(options('own', impossible))).rejects.toThrow(/can be built: .*capacity/);
  }, 60_000);

  it('gives them in the recipe’s sizes as well, also to the recipe’s own network', async () => {
    const some = { cells: ['RNN', 'oRNN'], seeds: 1, boards: [], float: true, sizing: 'recipe' } as const;
    const { metrics } = await compareNetworks(options('sized', { ...some, sets: ['network.reflectors=255'] }));
    const [{ hiddenSize }, orthogonal] = metrics.rows;
    expect(orthogonal).toMatchObject({ hiddenSize, reflectors: hiddenSize });
    const own = ['network.cell=RNN', 'network.recurrence=oRNN', 'network.uRank=0', 'network.hiddenSize=3'];
    const smaller = await compareNetworks(
      options('sized', { ...some, cells: ['oRNN'], sizing: 'equal', sets: [...own, 'network.reflectors=3'] }),
    );
    expect(smaller.metrics.rows[0]).toMatchObject({ hiddenSize: 3, reflectors: 3 });
  }, 60_000);

  it('keeps the rows of other networks in the same folder, and those of other options not', async () => {
    const some = { seeds: 1, boards: [], float: true } as const;
    const more = await compareNetworks(options('more', { ...some, cells: ['GRU'], seeds: 2 }));
    const { metrics } = await compareNetworks(options('more', { ...some, cells: ['FastGRNN'] }));
    const [gru] = more.metrics.rows;
    const [fast] = metrics.rows;
    expect(gru.ahead).toBeNull();
    const lead = (gru.float?.values[0] ?? NaN) - (fast.float?.values[0] ?? NaN);
    expect(metrics.rows).toEqual([
      fast,
      { ...gru, ahead: { of: 'FastGRNN', by: 'float', mean: lead, interval: null } },
    ]);
    expect(metrics.seeds).toEqual([1, 2]);
    // What one network alone has, and the ablation, don't part the others.
    const apart = await compareNetworks(options('more', { ...some, cells: ['FastGRNN'], ablate: true }));
    const beside = await compareNetworks(options('more', { ...some, cells: ['oRNN'], sets: ['network.reflectors=2'] }));
    const labels = ['FastGRNN', 'FastGRNN-Q', 'FastGRNN-SQ', 'FastGRNN-LSQ'];
    expect(apart.metrics.rows.map(({ network }) => network)).toEqual([...labels, 'GRU']);
    expect(beside.metrics.rows.map(({ network }) => network)).toEqual([...labels, 'oRNN', 'GRU']);
    const told = () => events.flatMap((event) => (event.kind === 'note' ? [event.text] : []));
    expect(told().filter((text) => text.startsWith('the row of FastGRNN,'))).toHaveLength(1);
    // FastGRNN as a whole takes the place of all its rows, and says so.
    const whole = await compareNetworks(options('more', { ...some, cells: ['FastGRNN'] }));
    expect(whole.metrics.rows.map(({ network }) => network)).toEqual(['FastGRNN', 'oRNN', 'GRU']);

    await writeFile(at('more', 'compare.json'), 'null');
    const again = await compareNetworks(options('more', { ...some, cells: ['RNN'] }));
    expect(again.metrics.rows.map(({ network }) => network)).toEqual(['RNN']);

    events.length = 0;
    const other = await compareNetworks(options('more', { ...some, cells: ['RNN'], bytes: 200 }));
    expect(other.metrics.rows.map(({ network }) => network)).toEqual(['RNN']);
    expect(events).toContainEqual({ kind: 'note', text: expect.stringContaining('new ones replace them') as string });
  }, 60_000);

  it('takes the paper’s sizes and protocol', async () => {
    await writeMnist(at('data'), 400, 20);
    const { metrics } = await compareNetworks(
      options('paper', {
        recipe: 'digits',
        dataDirectory: at('data'),
        sets: ['training.epochs=[3,0,0]', 'data.limit=300'],
        ...{ cells: ['RNN', 'FastGRNN'], seeds: 1, sizing: 'paper', protocol: 'paper', boards: [] },
      }),
    );
    const [rnn, fast] = metrics.rows;
    // Table 3 has 71 KB; with H + 1 or H - 1 hidden units it would be further away.
    const bytesOf = (h: number) => 4 * (h * (28 + h + 1) + 10 * (h + 1));
    const off = (h: number) => Math.abs(bytesOf(h) - 71 * 1024);
    expect(rnn.floatBytes).toBe(bytesOf(rnn.hiddenSize));
    expect(off(rnn.hiddenSize)).toBeLessThan(Math.min(off(rnn.hiddenSize - 1), off(rnn.hiddenSize + 1)));
    expect(rnn.settings).toMatchObject({ batchSize: 512, learningRate: 0.001, epochs: [3, 0, 0], clip: 0 });
    expect(fast).toMatchObject({ hiddenSize: 128, wRank: 1, uRank: 30, wSparsity: 1, uSparsity: 0.3 });
    expect(fast.settings).toMatchObject({ batchSize: 100, learningRate: 0.01, epochs: [1, 1, 1] });
    expect(fast.paper).toEqual({ accuracy: 98.2, kilobytes: 6 });
    expect([rnn.settings.gate, fast.settings.gate]).toEqual([null, 'sigmoid']);
  }, 120_000);

  it('takes HAR-2’s sizes for six activities, and not its figures', async () => {
    const person = (part: number, activity: number): HarWindow => ({
      ...{ activity, person: part },
      value: (step, channel) => Math.sin(step + activity * channel),
    });
    const windows = (part: number) => Array.from({ length: 18 }, (_, i) => person(part + (i % 3), i % 6));
    await writeUciHar(at('har'), { train: windows(1), test: windows(4) }, { steps: 8 });
    const sets = ['training.epochs=[1,0,0]', 'data.validationBy=random'];
    const { metrics } = await compareNetworks(
      options('har6', {
        ...{ recipe: 'har6', dataDirectory: at('har'), sets, cells: ['RNN'], seeds: 1, sizing: 'paper', float: true },
      }),
    );
    expect(metrics.paperData).toBeNull();
    expect(metrics.rows[0]).toMatchObject({ wRank: 0, paper: null });
    expect(Math.abs(metrics.rows[0].floatBytes - 29 * 1024)).toBeLessThan(400); // a hidden unit more takes 4 (9 + 2 H + 7)
  }, 60_000);

  it('refuses what can’t be compared', async () => {
    const refused = (more: Partial<CompareOptions>) => compareNetworks(options('refused', more));
    await expect(refused({ sizing: 'paper' })).rejects.toThrow(/the paper has no sizes for/);
    await expect(refused({ bytes: 5 })).rejects.toThrow(RecipeError);
    const both = refused({ sizing: 'paper', sets: ['network.wRank=0'] });
    await expect(both).rejects.toThrow('--size paper takes');
    const none = refused({ protocol: 'tuned', sets: ['data.validation=0'] });
    await expect(none).rejects.toThrow(/data.validation is 0/);
  });

  it('tells of a network that diverges, and goes on', async () => {
    const sets = ['training.learningRate=10', 'training.clip=0', 'training.warmup=0', 'training.optimiser=sgd'];
    const more = ['network.update=relu', 'training.epochs=[60,0,0]', 'training.weightDecay=100'];
    const { metrics } = await compareNetworks(
      options('lost', { cells: ['RNN', 'FastGRNN'], seeds: 1, sets: [...sets, ...more], boards: [] }),
    );
    const [rnn] = metrics.rows;
    expect(rnn).toMatchObject({ seeds: [], float: null, ahead: null, failed: [{ seed: 1 }] });
    expect(rnn.failed[0].why).toMatch(/training diverged/);
  }, 60_000);
});
