import { describe, expect, it } from 'vitest';
import { Random } from '../math/index.js';
import { calibrationOf, decisionsOf, scoresOf, type HeadKind, type Outputs } from '../training/index.js';
import { justification } from './baselines.js';
import { renderReport } from './html.js';
import type { ReportInput, WorstView } from './input.js';
import { interval } from './interval.js';
import { percent } from './format.js';
import type { Metrics } from './metrics.js';

const random = new Random(11);
const names = ['walk', 'run <fast>', 'rest'];

/** Outputs of a network that is mostly right, of 90 rows in 9 groups. */
function outputsOf(head: HeadKind): { outputs: Outputs; unitOf: Int32Array } {
  const [rows, size] = [90, 3];
  const labels = Int32Array.from({ length: rows }, () => random.below(size));
  const targets = Float64Array.from({ length: rows * size }, () =>
    head === 'regression' ? 5 + random.normal() : random.below(2),
  );
  const logits = Float64Array.from({ length: rows * size }, (_, i) => {
    const noise = random.normal();
    if (head === 'regression') return targets[i] + 0.3 * noise;
    const there = head === 'softmax' ? labels[Math.floor(i / size)] === i % size : targets[i] === 1;
    return noise + (there ? 2 : -1);
  });
  return {
    outputs: {
      head,
      size,
      rows,
      logits,
      labels,
      targets: head === 'softmax' ? undefined : targets,
      sequences: Uint32Array.from(labels, (_, i) => i),
    },
    unitOf: Int32Array.from(labels, (_, i) => i % 9),
  };
}

function worst(channels: number, strips?: WorstView['strips']): WorstView {
  return {
    sequence: 12,
    group: 3,
    truth: names[1],
    predicted: names[0],
    confidence: 0.987,
    loss: 4.25,
    frames: 50,
    channels: Array.from({ length: channels }, (_, c) => ({
      name: `channel ${c}`,
      unit: c % 2 === 0 ? 'g' : 'rad/s',
      values: Array.from({ length: 20 }, (__, t) => Math.sin(t + c)),
    })),
    ...(strips ? { strips } : {}),
  };
}

/** A run whose network has this head. */
function example(head: HeadKind, changes: Partial<Metrics> = {}): ReportInput {
  const { outputs, unitOf } = outputsOf(head);
  const scores = scoresOf(outputs, decisionsOf(outputs), unitOf);
  const calibration = head === 'regression' ? undefined : calibrationOf(outputs);
  const network = calibration && { ...calibration, temperature: 1.25, after: calibration };
  const metrics: Metrics = {
    recipe: 'watch',
    seed: 1,
    data: { name: 'folder', train: 400, validation: 80, test: 90 },
    training: {
      seconds: 10,
      backend: 'wasm',
      workers: 1,
      fma: false,
      sequencesPerSecond: 900,
      gflops: 1.5,
      stages: [],
    },
    float: { metric: { softmax: 'accuracy', sigmoid: 'microF1', regression: 'r2' }[head] as 'accuracy', ...scores },
    integer: { agreement: 0.99, ...scores },
    bootstrap: { by: 'group', units: 9, draws: 2000, level: 0.95 },
    ...(network ? { calibration: { fittedOn: 80, trainedOnThem: true, float: network, integer: network } } : {}),
    baselines: [
      { name: 'majority class', note: 'always the most frequent', test: 0.4, interval: [0.3, 0.5], macroF1: 0.2 },
      { name: 'logistic regression', note: 'on means', test: 0.5, interval: [0.4, 0.6], macroF1: 0.45 },
    ],
    size: { paperBytes: 528, modelBytes: 731, nonzeros: 328, recurrentNonzeros: 3224 },
    boards: {},
    skipped: {},
    environment: { node: 'v20', cpu: 'A CPU', backend: 'wasm', commit: '' },
    ...changes,
  };
  return {
    title: 'A report',
    metrics,
    history: [],
    stages: [],
    classNames: names,
    confusion: scores.confusion && { float: scores.confusion, integer: scores.confusion },
    sizeParts: [],
    inputUnits: [],
    recipeYaml: 'seed: 1\n',
    notes: [],
    worst: [worst(2, { truth: [0, 0, 1], predicted: [0, 1, 1] }), worst(2)],
    ...(head === 'regression'
      ? { values: names.map((name) => ({ name, rows: 90, truth: [1, 2, 3], predicted: [1.1, 2.2, 2.7] })) }
      : {}),
  };
}

/** What a reader sees, with ordinary spaces. */
function textOf(page: string): string {
  return page
    .replace(/<style>[^]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('\u00a0', ' ')
    .replace(/\s+/g, ' ');
}

describe('the report of an evaluation', () => {
  it.each(['softmax', 'sigmoid', 'regression'] as const)(
    'of a %s head names its figures, and every text is escaped',
    (head) => {
      const input = example(head);
      const page = renderReport(input);
      const text = textOf(page);
      expect(page).not.toContain('<fast>');
      const main = { softmax: 'Accuracy on test', sigmoid: 'Micro F1 on test', regression: 'R² on test' }[head];
      expect(text).toContain(main);
      expect(text).toContain('Simple methods beside it');
      expect(text).toContain('by person or device');
      expect(text.includes('Calibration')).toBe(head !== 'regression');
      expect(text.includes('Confusion matrix')).toBe(head === 'softmax');
      expect(text).toContain('Worst-classified sequences');
      expect(text).toContain('98.7 % sure');
      for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(page).toContain(`id="${target}"`);
    },
  );

  it('shows intervals of each class', () => {
    const input = example('softmax');
    const text = textOf(renderReport(input));
    for (const { recallInterval } of input.metrics.integer.perClass ?? []) {
      expect(text).toContain(interval(recallInterval, percent).replaceAll('\u00a0', ' '));
    }
    expect(text).toContain('With only 9 the intervals are rough');
  });

  it('draws every bin of the reliability diagram that holds predictions', () => {
    const input = example('softmax');
    const bins = input.metrics.calibration?.integer.bins.filter(({ count }) => count > 0) ?? [];
    const section = /<section id="calibration">[^]*?<\/section>/.exec(renderReport(input))?.[0] ?? '';
    expect(section.match(/<circle/g)).toHaveLength(2 * bins.length); // before and after the temperature
    expect(textOf(section)).toContain('trained again on these rows');
  });

  it('draws few channels as lines of a panel a unit, many as an image', () => {
    const lines = renderReport(example('softmax'));
    expect(lines.match(/class="panel"/g)).toHaveLength(4);
    expect(lines.match(/class="strips"/g)).toHaveLength(2);
    const image = renderReport({ ...example('softmax'), worst: [worst(28)] });
    expect(image.match(/class="panel"/g)).toHaveLength(1);
    expect(image).toContain('class="image"');
  });
});

describe('whether a recurrent network is needed', () => {
  const ofMetrics = (network: number, ends: [number, number] | null, simple: number) =>
    justification({
      ...example('softmax').metrics,
      integer: { test: network, interval: ends, agreement: 1 },
      baselines: [{ name: 'nearest neighbour', note: '', test: simple, interval: null }],
    });

  it('is said by the best simple method and the interval', () => {
    expect(ofMetrics(0.9, [0.85, 0.95], 0.8)).toMatch(/^The network is ahead of the best simple method by more/);
    expect(ofMetrics(0.9, [0.85, 0.95], 0.86)).toMatch(/as good within the network’s interval/);
    expect(ofMetrics(0.9, [0.85, 0.95], 0.91)).toMatch(/doesn’t need a recurrent network/);
    expect(ofMetrics(0.9, [0.85, 0.95], 0.96)).toMatch(/better than the network.*Train the network longer/);
    expect(ofMetrics(0.9, null, 0.8)).toMatch(/no interval/);
    expect(justification({ ...example('softmax').metrics, baselines: [] })).toBe(undefined);
  });
});

describe('an interval', () => {
  it('names its unit once where both ends have it', () => {
    expect(interval([0.912, 0.93], percent)).toBe('91.20–93.00\u00a0%');
    expect(interval([0, 0.99999], percent)).toBe('0.00\u00a0% to >\u00a099.99\u00a0%');
    expect(interval(null, percent)).toBe('–');
  });
});
