import { describe, expect, it } from 'vitest';
import { stagesOf, type EpochRecord } from '../training/index.js';
import { renderReport } from './html.js';
import type { ReportInput } from './input.js';
import type { BoardRun } from './metrics.js';
import { stageMetrics } from './stages.js';

const run: BoardRun = {
  bitExact: true,
  sequences: 41,
  steps: 1148,
  cyclesPerStep: 201_343,
  msPerStep: 12.5839,
  msPerPrediction: 353.31,
  flashBytes: 9214,
  ramBytes: 402,
  stackBytes: 118,
};

const history = (epochs: readonly [number, number, number], validation: boolean): EpochRecord[] =>
  stagesOf(epochs).flatMap((stage, s) =>
    Array.from({ length: stage.epochs }, (_, i) => ({
      stage: s,
      epoch: i + 1,
      loss: 1 / (1 + s + i),
      learningRate: 0.01,
      skipped: 0,
      ...(validation ? { validation: 1 - 0.5 / (1 + s + i), validationLoss: 1.1 / (1 + s + i) } : {}),
    })),
  );

/** A run of two classes and three stages, with what a test changes. */
function example(changes: Partial<ReportInput> = {}): ReportInput {
  const stages = stagesOf([5, 4, 3]);
  const records = history([5, 4, 3], true);
  return {
    title: 'A report',
    stages,
    history: records,
    classNames: ['still', 'moving'],
    confusion: {
      float: [
        [48, 2],
        [3, 47],
      ],
      integer: [
        [46, 4],
        [1, 49],
      ],
    },
    sizeParts: [
      { name: 'W1', entries: 640, nonzeros: 200, bytes: 400 },
      { name: 'classifier', entries: 128, nonzeros: 128, bytes: 128 },
    ],
    inputUnits: [
      { channel: 'acc x', lsb: 0.0001, unit: 'g' },
      { channel: 'acc y', lsb: 0.0001, unit: 'g' },
      { channel: 'acc z', lsb: 0.0001, unit: 'g' },
      { channel: 'gyro x', lsb: 0.0005, unit: 'rad/s' },
    ],
    recipeYaml: 'seed: 7\nnetwork:\n  hiddenSize: 64\n',
    notes: ['Recordings of one person.'],
    metrics: {
      recipe: 'motion',
      seed: 7,
      data: { name: 'watch', train: 5431, validation: 603, test: 100 },
      training: {
        seconds: 214.3,
        backend: 'native-avx2',
        workers: 3,
        fma: false,
        sequencesPerSecond: 2511,
        gflops: 31.4,
        stages: stageMetrics(stages, records, [5, 2, 3]),
      },
      float: { metric: 'accuracy', test: 0.95 },
      integer: { test: 0.9501, agreement: 0.9876 },
      size: { paperBytes: 528, modelBytes: 731, nonzeros: 328, recurrentNonzeros: 3224 },
      boards: {
        uno: { runtime: run, generated: { ...run, flashBytes: 7127, msPerStep: 10.4321, compiler: 'avr-gcc 5.4.0' } },
      },
      skipped: { 'm3.generated': 'arm-none-eabi-gcc is not installed' },
      environment: { node: 'v20.19.1', cpu: 'A CPU', backend: 'wasm', commit: '0123abc' },
    },
    ...changes,
  };
}

const withMetrics = (changes: Partial<ReportInput['metrics']>) =>
  example({ metrics: { ...example().metrics, ...changes } });

/** What a reader sees, with ordinary spaces. */
function textOf(page: string): string {
  return page
    .replace(/<style>[^]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('\u00a0', ' ')
    .replace(/\s+/g, ' ');
}

const voidElements = new Set(['meta', 'link', 'br', 'wbr']);

/** Throws where a tag isn't closed in its order, or an attribute isn't quoted. */
function checkWellFormed(page: string): void {
  const open: string[] = [];
  const body = page.replace(/^<!doctype html>/, '');
  const rest = body.replace(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*="[^"<>]*")*)\s*(\/?)>/g,
    (_, close: string, name: string, _attributes: string, alone: string) => {
      if (close) expect(open.pop()).toBe(name);
      else if (!alone && !voidElements.has(name)) open.push(name);
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest.match(/<.{0,40}/)).toBe(null);
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
}

describe('report.html', () => {
  it('is one well-formed page that loads nothing and runs nothing', () => {
    const page = renderReport(example());
    checkWellFormed(page);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en-GB">/);
    expect(page).not.toMatch(/<script|<img|<iframe|https?:|url\(|@import| on[a-z]+=/);
    expect(page).toContain('default-src &#39;none&#39;');
    expect(page).toContain('prefers-color-scheme:dark');
  });

  it('is the same for the same input', () => {
    expect(renderReport(example())).toBe(renderReport(example()));
  });

  it('tells every figure of the contract', () => {
    const text = textOf(renderReport(example()));
    const figures: string[][] = [
      ['motion', 'seed 7', 'watch', '5,431', '603', '100 recordings'],
      ['3 min 34 s', 'native-avx2 in training, wasm after', 'Workers 3', 'Fused multiply-add no'],
      ['dense', 'thresholding', 'fixed support', '95.00 %', '95.01 %', '+0.01 points', '98.76 %'],
      ['528 bytes', '731 bytes', '328', '3,224'],
      ['Bit-exact', '41', '1,148', '201,343', '12.6', '10.4', '353', '9,214', '7,127', '402', '118', '520'],
      ['avr-gcc 5.4.0', 'simulated ATmega328P at 16 MHz, avr8js'],
      ['m3.generated', 'arm-none-eabi-gcc is not installed', 'v20.19.1', 'A CPU', '0123abc'],
      ['acc x to acc z (3)', '0.0001 g', '±3.2767 g', '0.0005 rad/s', 'hiddenSize: 64', 'Recordings of one person.'],
    ];
    for (const figure of figures.flat()) expect(text).toContain(figure);
  });

  it('has no alarm where every build is bit-exact', () => {
    expect(textOf(renderReport(example()))).not.toContain('NOT bit-exact');
  });

  it('is loud where one build is not bit-exact', () => {
    const bad = { uno: { runtime: run, generated: { ...run, bitExact: false, compiler: 'avr-gcc' } } };
    const page = renderReport(withMetrics({ boards: bad }));
    checkWellFormed(page);
    expect(page).toContain('<p class="alarm" role="alert"><b>NOT bit-exact</b> Arduino Uno, generated build');
    expect(page).toContain('<p class="big bad">NOT bit-exact</p>');
    expect(page).not.toContain('<p class="big good">');
  });

  it('never calls a float build bit-exact', () => {
    const page = renderReport(withMetrics({ boards: { m4: { float32: run } } }));
    expect(textOf(page)).not.toMatch(/bit-exact/i);
  });

  it('says of a float build whether it is within its tolerance', () => {
    const page = (withinTolerance: boolean) =>
      textOf(renderReport(withMetrics({ boards: { m4: { float32: { ...run, withinTolerance } } } })));
    expect(page(true)).toContain('float, within tolerance');
    expect(page(false)).toContain('BEYOND ITS TOLERANCE');
  });

  it('says why the board was not run', () => {
    const text = textOf(renderReport(withMetrics({ boards: {}, skipped: { uno: 'not among the targets' } })));
    expect(text).toContain('Arduino Uno Not run not among the targets');
    expect(text).toContain('No board was run.');
  });

  it('shows counts, row percentages, recall, precision and macro F1 of the integer network', () => {
    const text = textOf(renderReport(example()));
    // Recalls 46/50 and 49/50, precisions 46/47 and 49/53, F1 2*46/97 and 2*49/103.
    for (const [part, whole] of [
      [46, 47],
      [49, 53],
      [92, 97],
      [98, 103],
    ]) {
      expect(text).toContain(`${((100 * part) / whole).toFixed(2)} %`);
    }
    expect(text).toContain('46 92.0 % 4 8.0 %');
    expect(text).toContain(`macro F1 ${(50 * (92 / 97 + 98 / 103)).toFixed(2)} %`);
    expect(text).toContain('still taken for moving : 4 of 50 (8.0 %)');
  });

  it('escapes every text that comes from data', () => {
    const hostile = `<script>alert(1)</script>"'>&\0<svg onload=x>`;
    const page = renderReport(
      example({
        title: hostile,
        classNames: [hostile, `</th>${hostile}`],
        sizeParts: [{ name: hostile, entries: 1, nonzeros: 1, bytes: 1 }],
        inputUnits: [{ channel: hostile, lsb: 1, unit: hostile }],
        recipeYaml: `</code></pre>${hostile}`,
        notes: [hostile],
        stages: [{ name: 'dense', epochs: 5, stopAfter: 5 }],
        boardFacts: { [hostile]: { title: hostile, simulation: hostile } },
        metrics: {
          ...example().metrics,
          recipe: hostile,
          data: { ...example().metrics.data, name: hostile },
          training: { ...example().metrics.training, backend: hostile },
          boards: { [hostile]: { generated: { ...run, compiler: hostile } }, constructor: { runtime: run } },
          skipped: { [hostile]: hostile },
          environment: { node: hostile, cpu: hostile, backend: hostile, commit: hostile },
        },
      }),
    );
    checkWellFormed(page);
    expect(page).not.toMatch(/<script|<svg onload|\0/);
  });

  it('marks stages and chosen epochs', () => {
    const page = renderReport(example());
    // Two figures, three stages: two borders, one shaded band and three rings in each.
    expect(page.match(/class="border"/g)).toHaveLength(4);
    expect(page.match(/class="band"/g)).toHaveLength(2);
    expect(page.match(/class="ring"/g)).toHaveLength(6);
  });

  it('marks no epoch as chosen where it does not know', () => {
    const { metrics } = example();
    const stages = metrics.training.stages.map(({ name, epochs, loss, validation }) => ({
      name,
      epochs,
      loss,
      validation,
    }));
    const page = renderReport(withMetrics({ training: { ...metrics.training, stages } }));
    expect(page).not.toContain('class="ring"');
    expect(renderReport({ ...example(), chosenEpochs: [1, 1, 1] })).toContain('class="ring"');
  });

  const alone = (epochs: readonly [number, number, number], validation: boolean) =>
    example({ stages: stagesOf(epochs), history: history(epochs, validation) });
  const patched = (patch: (record: EpochRecord, i: number) => EpochRecord) =>
    example({ history: history([5, 4, 3], true).map(patch) });
  it.each<[string, ReportInput]>([
    ['no epoch', example({ history: [], stages: [] })],
    ['a single epoch', alone([1, 0, 0], true)],
    ['a single stage', alone([30, 0, 0], true)],
    ['no validation', alone([3, 2, 1], false)],
    ['losses that are not finite', patched((record) => ({ ...record, loss: NaN, validationLoss: Infinity }))],
    ['gaps in validation', patched((record, i) => (i % 2 ? { ...record, validation: NaN } : record))],
    ['losses of zero', patched((record) => ({ ...record, loss: 0, validationLoss: 0 }))],
    ['constant accuracy', patched((record) => ({ ...record, validation: 1 }))],
    [
      'no test recordings',
      example({
        confusion: {
          float: [],
          integer: [
            [0, 0],
            [0, 0],
          ],
        },
      }),
    ],
    ['no classes', example({ classNames: [], confusion: { float: [], integer: [] } })],
    ['classes without names', example({ classNames: [] })],
    [
      'a class without recordings',
      example({
        confusion: {
          float: [],
          integer: [
            [5, 0],
            [0, 0],
          ],
        },
      }),
    ],
    ['no tensors and no channels', example({ sizeParts: [], inputUnits: [] })],
    ['tensors of nothing', example({ sizeParts: [{ name: 'W', entries: 0, nonzeros: 0, bytes: 0 }] })],
    ['a board without builds', withMetrics({ boards: { uno: {} } })],
    ['no test set', withMetrics({ data: { name: '', train: 0, validation: 0, test: 0 } })],
    ['accuracies that are not numbers', withMetrics({ integer: { test: NaN, agreement: NaN } })],
  ])('stays well-formed and without NaN with %s', (_, input) => {
    const page = renderReport(input);
    checkWellFormed(page);
    expect(page).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it('stays small with thousands of epochs', () => {
    const page = renderReport(alone([4000, 3000, 2000], true));
    checkWellFormed(page);
    expect(page.length).toBeLessThan(60_000);
  });
});

describe('a training that lost its way', () => {
  it.each([
    [0, undefined],
    [1, 'lost its way once'],
    [3, 'lost its way 3 times'],
  ])('says how often it went back: %i', (lostEpochs, told) => {
    const text = textOf(renderReport(example({ lostEpochs })));
    if (told === undefined) expect(text).not.toContain('lost its way');
    else expect(text).toContain(told);
  });
});
