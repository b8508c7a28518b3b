import { describe, expect, it } from 'vitest';
import { largestCondition } from '../analysis/index.js';
import { plainHead } from '../network/index.js';
import type { AnalysisMetrics, EpochAnalysis } from './analysis-metrics.js';
import { conditionText, renderAnalysis } from './analysis.js';

const T = 128;
const spans = [1, 2, 4, 8, 16, 32, 64, 127];
const spread = (value: number) => ({ median: value, largest: value });

/** The figures of a network whose condition grows by so many powers of ten a step. */
function metricsOf(powers: number, changes: Partial<AnalysisMetrics> = {}): AnalysisMetrics {
  return {
    ...{ model: 'model.safetensors', data: 'har2', steps: T },
    architecture: {
      ...{ cell: 'FastRNN', inputSize: 2, hiddenSize: 2, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
      ...{ residual: 'free', ...plainHead, classes: 2 },
    },
    scalars: { alpha: 0.1, beta: 0.9, alphaOverBeta: 1 / 9, alphaT: 12.8, offTied: 0 },
    spectrum: { U: [1.5, 0.5], W: [1, 0.2], frobeniusU: 1.6, frobeniusW: 1.1, gates: [] },
    recurrence: {
      recordings: 8,
      conditions: spans.map((steps) => ({
        steps,
        condition: spread(Math.min(largestCondition, 10 ** (powers * steps))),
        ...{ norm: spread(1), bound: null },
      })),
      largestStep: 12,
      gradientNorms: Array.from({ length: T + 1 }, (_, t) => 0.01 + t / 1000),
    },
    initialState: { zero: 0.9, drawn: [0.9, 0.9, 0.9], mean: 0.9, standardDeviation: 0 },
    ...{ theorems: null, along: null, lengths: null, alphas: null },
    ...changes,
  };
}

const page = (metrics: AnalysisMetrics) => renderAnalysis('a', metrics);
const section = (html: string, id: string) =>
  new RegExp(`<section id="${id}">[^]*?</section>`).exec(html)![0].replaceAll('\u00a0', ' ');

describe('figures of an analysis', () => {
  const html = page(metricsOf(0.01));

  it('end where their steps end', () => {
    const ticks = [...section(html, 'gradients').matchAll(/text-anchor="middle">([^<]+)</g)].map(([, text]) => text);
    expect(ticks).toEqual(['0', '20', '40', '60', '80', '100', '128']);
  });

  it('name their curves beside the lines that are drawn, and no curve that isn’t there', () => {
    const condition = section(html, 'condition');
    expect(condition).toMatch(/<span class="line c1"><\/span>largest <span class="line c2"><\/span>median <\/span>/);
    expect(condition).not.toMatch(/bound of equation \(5\)|Bound \(5\)|–<\/td>/);
    const { recurrence } = metricsOf(0.01);
    const bounded = { ...recurrence, conditions: recurrence.conditions.map((one) => ({ ...one, bound: 100 })) };
    const other = section(page(metricsOf(0.01, { recurrence: bounded })), 'condition');
    expect(other).toMatch(/dotted"><\/span>bound of equation \(5\) <[^]*Bound \(5\)[^]*<td>100<\/td>/);
    expect(section(html, 'spectrum')).toMatch(/<span class="line c1"><\/span>U <span class="line c2"><\/span>W /);
  });
});

describe('accuracy against a fixed alpha', () => {
  const of = (...pairs: [number, number][]) =>
    section(
      page(
        metricsOf(0.01, {
          alphas: pairs.map(([alpha, value]) => ({
            ...{ alpha, diverged: 0 },
            test: { mean: value, standardError: null, values: [value] },
          })),
        }),
      ),
      'alphas',
    );

  it('has ticks that differ where accuracies lie close together', () => {
    const html = of([0.01, 0.488], [0.1, 0.492]);
    for (const tick of ['48.8 %', '48.9 %', '49.0 %', '49.1 %', '49.2 %']) expect(html).toContain(`>${tick}</text>`);
    expect(html).not.toContain('no plot');
  });

  it('says why there is no plot', () => {
    const html = of([0, 0.2], [0.5, 0.9]);
    expect(html).not.toContain('<polyline');
    expect(html).toContain('a logarithmic axis has no place for it. There is no plot, which needs two alphas above 0');
    expect(of([0, 0.2], [0.5, 0.9], [1, 0.8])).toMatch(/<polyline[^]*alpha 0 is in the table alone/);
  });
});

describe('a condition number that float64 can’t tell', () => {
  it('is called more than that, and ends the plot', () => {
    expect(conditionText(largestCondition)).toBe('> 10¹⁵');
    expect(conditionText(1234.5)).toBe('1,235');
    const html = section(page(metricsOf(0.5)), 'condition');
    expect(html.match(/<td>&gt; 10¹⁵<\/td>/g)).toHaveLength(2 * 3); // median and largest over 32, 64 and 127 steps
    expect(html).toContain('Float64 tells nothing of condition numbers beyond 10¹⁵: the plot ends there.');
    expect(html).toContain('&gt; 10¹⁵ at 32.');
    for (const [, points] of html.matchAll(/<polyline class="curve c\d" points="([^"]+)"/g)) {
      expect(points.split(' ')).toHaveLength(6); // up to 32 steps, the first of these
    }
    expect(section(page(metricsOf(0.01)), 'condition')).not.toMatch(/10¹⁵<\/td>|plot ends/);
  });

  it('is told along training, too', () => {
    const epochs = [1e3, largestCondition].map((condition, i): EpochAnalysis => ({
      ...{ epoch: 2 * i + 2, loss: 1, validation: null, alpha: 0.1, beta: 0.9, zeta: null, nu: null },
      ...{ spectralNorm: 1, condition: spread(condition), bound: null, firstGradient: 1, lastGradient: 2 },
    }));
    const html = section(page(metricsOf(0.01, { along: { sameModel: true, epochs } })), 'along');
    expect(html).toContain('the plot ends there');
    expect(html).toContain('>10¹⁵</text>');
    const beyond = epochs.map((epoch) => ({ ...epoch, condition: spread(largestCondition) }));
    const none = page(metricsOf(15, { along: { sameModel: true, epochs: beyond } }));
    for (const id of ['condition', 'along']) {
      expect(section(none, id)).toContain('All lie beyond 10¹⁵: there is no plot.');
      expect(section(none, id)).not.toMatch(/>[12]e15</);
    }
    expect(section(none, 'condition')).not.toContain('<polyline');
    const once = section(page(metricsOf(0.01, { along: { sameModel: true, epochs: epochs.slice(1) } })), 'along');
    expect(once).toMatch(/It was measured once, after its last epoch/);
  });
});
