import { largestCondition, type Spread } from '../analysis/index.js';
import type { AnalysisMetrics, Averaged, EpochAnalysis, LengthRow } from './analysis-metrics.js';
import { linearAxis, percentTick, powerAxis, wholeAxis, type Axis } from './axes.js';
import { absent, count, counted, exact, percent, powerOfTen, significant } from './format.js';
import { figure, type Curve } from './figure.js';
import { renderPage } from './html.js';
import { lines, markup, type Markup } from './markup.js';
import { headings, tableFigure } from './table.js';

/** The page of an analysis: `analysis.html`. */
export function renderAnalysis(title: string, metrics: AnalysisMetrics): string {
  const { architecture, data, steps, model } = metrics;
  const sections = [
    { id: 'scalars', link: 'Weights', section: scalars(metrics) },
    { id: 'gradients', link: 'Gradients', section: gradients(metrics) },
    { id: 'condition', link: 'Condition', section: condition(metrics) },
    { id: 'along', link: 'Along training', section: along(metrics) },
    { id: 'spectrum', link: 'Spectrum', section: spectrum(metrics) },
    { id: 'lengths', link: 'Lengths', section: lengths(metrics) },
    { id: 'alphas', link: 'Fixed alpha', section: alphas(metrics) },
    { id: 'initial', link: 'Initial state', section: initialState(metrics) },
    { id: 'theorems', link: 'Theorems', section: theorems(metrics) },
  ].flatMap(({ section, ...rest }) => (section ? [{ ...rest, section }] : []));
  return renderPage({
    title,
    subtitle: `${architecture.cell} of ${counted(architecture.hiddenSize, 'hidden unit')} on ${data}, ${counted(steps, 'step')}: ${model}`,
    links: sections,
    body: lines(sections.map(({ section }) => section)),
    figures: 'analysis.json',
  });
}

/** 0.0643 ± 0.0002 */
export function averagedText(over: Averaged | null, format: (value: number) => string = significant): string {
  if (!over) return absent;
  return `${format(over.mean)}${over.standardError === null ? '' : ` ± ${format(over.standardError)}`}`;
}

/** A condition number; from where float64 ends, that it is more. */
export function conditionText(value: number, format: (value: number) => string = significant): string {
  return value < largestCondition ? format(value) : `> ${powerOfTen(15)}`;
}

/** Where a curve reaches what float64 can't tell, and what to say of it; nothing where none does. */
const endOfFloat = (conditions: readonly number[]) =>
  conditions.some((value) => value >= largestCondition)
    ? `Float64 tells nothing of condition numbers beyond ${powerOfTen(15)}: the plot ends there.`
    : undefined;

/** Stands for a plot of nothing but such numbers. */
const allBeyond = (note: string | undefined) =>
  note === undefined ? undefined : markup`<p class="quiet">All lie beyond ${powerOfTen(15)}: there is no plot.</p>`;

const rows = (pairs: readonly (readonly [string, string])[]) =>
  markup`<tbody>${lines(pairs.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`))}</tbody>`;

function scalars({ scalars: s, steps }: AnalysisMetrics): Markup {
  const pairs = [
    ['alpha', s.alpha],
    ['beta', s.beta],
    ['alpha / beta', s.alphaOverBeta],
    ['|beta − (1 − alpha)| / beta', s.offTied],
    ['alpha · T', s.alphaT],
    ['zeta', s.zeta],
    ['nu', s.nu],
  ] as const;
  const known = pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, significant(value)] as const]));
  return markup`<section id="scalars"><h2>Weights of the residual</h2>
${known.length === 0 ? markup`<p>This cell has none.</p>` : tableFigure({ label: 'Trained scalars', rows: rows([...known, ['T', count(steps)]]) })}</section>`;
}

const whole = (value: number) => exact(Number(value.toFixed(6)));
const positive = (values: readonly number[]) => values.filter((value) => Number.isFinite(value) && value > 0);

function gradients({ recurrence: { gradientNorms, recordings }, steps }: AnalysisMetrics): Markup {
  const known = positive(gradientNorms);
  const text = markup`<p>‖∂L/∂h_t‖, mean over ${counted(recordings, 'test recording')}: what of the loss’s gradient reaches the state of each step.</p>`;
  if (known.length < 2)
    return markup`<section id="gradients"><h2>Gradients by step</h2>${text}<p>All gradients are 0.</p></section>`;
  const drawn = figure({
    ...{ name: '‖∂L/∂h_t‖', xName: 't', dots: gradientNorms.length <= 40 },
    x: wholeAxis(0, gradientNorms.length - 1),
    y: powerAxis(Math.min(...known), Math.max(...known)),
    curves: [{ colour: 1, points: gradientNorms.map((norm, t) => [t, norm]) }],
  });
  const ratio = gradientNorms[1] / gradientNorms[gradientNorms.length - 1];
  return markup`<section id="gradients"><h2>Gradients by step</h2>${text}${drawn}
<p>The gradient of the first step’s state is ${significant(ratio)} times that of step ${count(steps)}’s.</p></section>`;
}

function condition({ recurrence: { conditions, recordings, largestStep }, scalars: s }: AnalysisMetrics): Markup {
  const note = endOfFloat(conditions.map(({ condition: c }) => c.largest));
  const all = conditions.flatMap(({ condition: c, bound }) => [c.median, c.largest, bound ?? 1]);
  const most = note === undefined ? Math.max(...positive(all)) : largestCondition;
  /** A curve of condition numbers up to the first that float64 can't tell. */
  const known = (pick: (condition: Spread) => number) => {
    const end = conditions.findIndex(({ condition: c }) => pick(c) >= largestCondition);
    const told = end < 0 ? conditions : conditions.slice(0, end + 1);
    return told.map(({ steps, condition: c }) => [steps, pick(c)] as const);
  };
  const drawn =
    conditions.length < 2 || known((c) => c.median).length < 2
      ? allBeyond(note)
      : figure({
          name: 'Condition number of M(U)',
          xName: 'steps that M(U) spans',
          x: powerAxis(1, conditions[conditions.length - 1].steps),
          y: powerAxis(1, most),
          ...{ dots: true, note, told: conditionText },
          curves: [
            { colour: 1, name: 'largest', points: known((c) => c.largest) },
            { colour: 2, name: 'median', points: known((c) => c.median) },
            {
              colour: 'border',
              name: 'bound of equation (5)',
              points: conditions.flatMap(({ steps, bound }) => (bound === null ? [] : [[steps, bound] as const])),
            },
          ],
        });
  const bounded = conditions.some(({ bound }) => bound !== null);
  const body = conditions.map(
    ({ steps, condition: c, norm, bound }) =>
      markup`<tr><th scope="row">${count(steps)}</th><td>${conditionText(c.median)}</td><td>${conditionText(c.largest)}</td><td>${significant(norm.median)}</td>${bounded ? markup`<td>${significant(bound)}</td>` : undefined}</tr>`,
  );
  const ratio = s.alphaOverBeta === undefined || largestStep === null ? undefined : s.alphaOverBeta * largestStep;
  const bounds =
    ratio === undefined
      ? 'Equation (5) is of FastRNN; for this cell there is no bound.'
      : `max ‖UᵀD‖ is ${significant(largestStep ?? NaN)}, alpha / beta times it ${significant(ratio)}${ratio < 1 ? '' : ': from 1 on, equation (5) bounds nothing'}.`;
  return markup`<section id="condition"><h2>Condition of M(U)</h2>
<p>M(U) is the product of the last Jacobians ∂h_k/∂h_(k−1), transposed: of FastRNN alpha UᵀD + beta I, of other cells their own (of an LSTM that of h and c together). ${counted(recordings, 'test recording')}, in float64, in which a condition number ends at ${powerOfTen(15)}. ${bounds}</p>
${drawn}
${tableFigure({ label: 'Condition of M(U)', rows: markup`${headings(['Steps', 'Condition, median', 'Largest', 'Norm, median', ...(bounded ? ['Bound (5)'] : [])])}<tbody>${lines(body)}</tbody>` })}</section>`;
}

function along({ along: again }: AnalysisMetrics): Markup | undefined {
  if (!again) return undefined;
  const { epochs, sameModel } = again;
  const same = sameModel
    ? 'The training was made again and ended with the model’s parameters, bit for bit.'
    : 'The training was made again, but ended with other parameters than the model’s: another version, other data or fused arithmetic made it.';
  if (epochs.length < 2)
    return markup`<section id="along"><h2>Along training</h2><p>${same} It was measured once, after its last epoch: curves need a smaller n of --along.</p></section>`;
  const x = wholeAxis(epochs[0].epoch, epochs[epochs.length - 1].epoch);
  const curve = (
    colour: Curve['colour'],
    name: string | undefined,
    pick: (epoch: EpochAnalysis) => number | null,
  ): Curve => ({
    colour,
    ...(name === undefined ? {} : { name }),
    points: epochs.flatMap((epoch) => {
      const value = pick(epoch);
      return value === null ? [] : [[epoch.epoch, value] as const];
    }),
  });
  const note = endOfFloat(epochs.map(({ condition: c }) => c.largest));
  const powers = (curves: readonly Curve[]) => {
    const values = positive(curves.flatMap(({ points }) => points.map(([, value]) => value)));
    return values.length === 0 ? powerAxis(1, 10) : powerAxis(Math.min(...values), Math.max(...values));
  };
  const conditionsOf = [
    curve(1, 'largest', ({ condition: c }) => c.largest),
    curve(2, 'median', ({ condition: c }) => c.median),
    curve('border', 'bound (5)', ({ bound }) => bound),
  ];
  const measured = epochs.map(({ condition: c }) => c.median).filter((median) => median < largestCondition);
  const conditionAxis = note === undefined ? powers(conditionsOf) : powerAxis(1, largestCondition);
  const gradientsOf = [
    curve(1, '‖∂L/∂h_1‖', (epoch) => epoch.firstGradient),
    curve(2, '‖∂L/∂h_T‖', (epoch) => epoch.lastGradient),
  ];
  const residual = [curve(1, 'alpha', ({ alpha }) => alpha), curve(2, 'beta', ({ beta }) => beta)];
  const gate = [curve(1, 'zeta', ({ zeta }) => zeta), curve(2, 'nu', ({ nu }) => nu)];
  const weights = ([first, second]: readonly Curve[]) =>
    first.points.length + second.points.length === 0
      ? undefined
      : figure({
          name: 'Weights of the residual',
          xName: 'epoch',
          x,
          y: linearAxis(0, 1, whole),
          curves: [first, second],
        });
  return markup`<section id="along"><h2>Along training</h2><p>${same}</p><div class="pair">
${measured.length === 0 ? markup`<div><b>Condition number of M(U), all steps</b>${allBeyond(note)}</div>` : figure({ name: 'Condition number of M(U), all steps', xName: 'epoch', x, y: conditionAxis, curves: conditionsOf, note, told: conditionText })}
${figure({ name: 'Gradient norms', xName: 'epoch', x, y: powers(gradientsOf), curves: gradientsOf })}
${figure({ name: 'Spectral norm of U', xName: 'epoch', x, y: spanned([0, ...epochs.map((epoch) => epoch.spectralNorm)]), curves: [curve(1, undefined, (epoch) => epoch.spectralNorm)] })}
${weights(residual)}
${weights(gate)}
</div></section>`;
}

function spanned(values: readonly number[]): Axis {
  return linearAxis(Math.min(...values), Math.max(...values), whole);
}

function spectrum({ spectrum: { U, W, frobeniusU, frobeniusW, gates } }: AnalysisMetrics): Markup {
  const of = gates.length > 0 ? ' of the candidate' : '';
  const drawn = figure({
    ...{ name: `Singular values${of}`, xName: 'number', dots: U.length <= 40 },
    x: wholeAxis(1, Math.max(U.length, W.length, 2)),
    y: spanned([0, ...U, ...W]),
    curves: [U, W].map((values, i) => ({
      ...(i === 0 ? { colour: 1 as const, name: 'U' } : { colour: 2 as const, name: 'W' }),
      points: values.map((value, k) => [k + 1, value] as const),
    })),
  });
  const least = U[U.length - 1];
  return markup`<section id="spectrum"><h2>Singular spectrum</h2>
${drawn}
${tableFigure({
  label: 'Norms',
  rows: rows([
    ['‖U‖, spectral', significant(U[0])],
    ['‖U‖, Frobenius', significant(frobeniusU)],
    ['Smallest singular value of U', significant(least)],
    ['‖W‖, spectral', significant(W[0])],
    ['‖W‖, Frobenius', significant(frobeniusW)],
    ...gates.flatMap(({ gate, U: own, W: inputs }): [string, string][] => [
      [`Singular values of U${gate}`, `${significant(own[own.length - 1])} to ${significant(own[0])}`],
      [`‖W${gate}‖, spectral`, significant(inputs[0])],
    ]),
  ]),
})}</section>`;
}

/** 5, or 5 (3 left out). */
export function framesText({ frames, leftOut }: LengthRow): string {
  return leftOut > 0 ? `${count(frames)} (${count(leftOut)} left out)` : count(frames);
}

function lengths({ lengths: table }: AnalysisMetrics): Markup | undefined {
  if (!table || table.length === 0) return undefined;
  const inverse = table.map(({ steps }) => 1 / steps);
  const x = linearAxis(0, Math.max(...inverse), whole);
  const curve = (name: string, pick: (row: LengthRow) => number) =>
    figure({
      ...{ name, xName: '1 / T', x, dots: true },
      y: spanned([0, ...table.map(pick)]),
      curves: [{ colour: 1, points: table.map((row) => [1 / row.steps, pick(row)]) }],
    });
  const tied = table.map((row) => [1 - row.alpha.mean, row.beta.mean] as const);
  const both = spanned(tied.flat());
  const body = table.map(
    (row) =>
      markup`<tr><th scope="row">${count(row.steps)}</th><td>${framesText(row)}</td><td>${averagedText(row.alpha)}</td><td>${averagedText(row.beta)}</td><td>${averagedText(row.alphaOverBeta)}</td><td>${averagedText(row.alphaT)}</td><td>${averagedText(row.test, percent)}</td><td>${row.paper ? exact(row.paper.alpha) : absent}</td><td>${row.paper ? exact(row.paper.beta) : absent}</td></tr>`,
  );
  const columns = [
    'T',
    'Frames a step',
    'alpha',
    'beta',
    'alpha / beta',
    'alpha · T',
    'Accuracy, test',
    'Paper: alpha',
    'beta',
  ];
  return markup`<section id="lengths"><h2>alpha and beta against T</h2>
<p>FastRNN with tanh, trained on the same recordings in steps of more and more frames (Table 7 and Figure 2). Theorem 3.1 asks for alpha of the order of 1 / T: points on a line through 0.</p>
<div class="pair">${curve('alpha', (row) => row.alpha.mean)}${curve('alpha / beta', (row) => row.alphaOverBeta.mean)}
${figure({
  name: 'beta against 1 − alpha',
  xName: '1 − alpha',
  x: both,
  y: both,
  dots: true,
  curves: [
    { colour: 1, name: 'trained', points: tied },
    {
      colour: 'border',
      name: 'beta = 1 − alpha',
      points: [Math.min(...tied.flat()), Math.max(...tied.flat())].map((value) => [value, value]),
    },
  ],
})}</div>
${tableFigure({ label: 'Weights against T', rows: markup`${headings(columns)}<tbody>${lines(body)}</tbody>` })}</section>`;
}

function alphas({ alphas: table }: AnalysisMetrics): Markup | undefined {
  if (!table || table.length === 0) return undefined;
  const known = table.flatMap(({ alpha, test }) => (test ? [[alpha, test.mean] as const] : []));
  const above = known.filter(([alpha]) => alpha > 0);
  const notes = [
    ...(above.length < known.length ? ['alpha 0 is in the table alone: a logarithmic axis has no place for it.'] : []),
    ...(above.length < 2 ? ['There is no plot, which needs two alphas above 0 that could be trained.'] : []),
  ];
  const drawn =
    above.length < 2
      ? undefined
      : figure({
          ...{ name: 'Accuracy against a fixed alpha', xName: 'alpha', dots: true },
          x: powerAxis(Math.min(...above.map(([alpha]) => alpha)), Math.max(...above.map(([alpha]) => alpha))),
          y: linearAxis(
            Math.min(...above.map(([, value]) => value)),
            Math.max(...above.map(([, value]) => value)),
            percentTick,
          ),
          curves: [{ colour: 1, points: [...above].sort(([a], [b]) => a - b) }],
        });
  const body = table.map(
    ({ alpha, test, diverged }) =>
      markup`<tr><th scope="row">${exact(alpha)}</th><td>${averagedText(test, percent)}</td><td>${diverged > 0 ? `${diverged} diverged` : ''}</td></tr>`,
  );
  return markup`<section id="alphas"><h2>Accuracy against a fixed alpha</h2>
<p>FastRNN with tanh, alpha as given and beta = 1 − alpha, neither trained (Figure 5); test recordings.</p>
${drawn}${notes.length === 0 ? undefined : markup`<p class="quiet">${notes.join(' ')}</p>`}
${tableFigure({ label: 'Accuracy against alpha', rows: markup`${headings(['alpha', 'Accuracy', ''])}<tbody>${lines(body)}</tbody>` })}</section>`;
}

function initialState({ initialState: s }: AnalysisMetrics): Markup {
  return markup`<section id="initial"><h2>Bias from the initial state</h2>
<p>Test accuracy when h_0 is drawn from a standard normal distribution in place of 0 (appendix C; the paper: mean 92.08, deviation 0.09 on Google-12).</p>
${tableFigure({
  label: 'Initial states',
  rows: rows([
    ['h_0 = 0', percent(s.zero)],
    ...s.drawn.map((value, i) => [`draw ${i + 1}`, percent(value)] as const),
    ['mean of the draws', percent(s.mean)],
    ['standard deviation', percent(s.standardDeviation)],
  ]),
})}</section>`;
}

/** What M is. */
const iterationTexts = {
  taken: 'steps that led to these weights',
  planned: 'the recipe’s plan; early stopping may have taken fewer',
  'drawn from': 'iterations of Algorithm 1, which gives one of them',
} as const;

function theorems({ theorems: t }: AnalysisMetrics): Markup {
  if (!t) {
    return markup`<section id="theorems"><h2>Theorems 3.1 and 3.2</h2><p>They are of FastRNN; this cell has no alpha and beta.</p></section>`;
  }
  const { convergence: c, generalisation: g } = t;
  return markup`<section id="theorems"><h2>Theorems 3.1 and 3.2</h2>
<p>Right-hand sides for the trained network, its classifier in place of v. The constants that O hides are taken as 1. ${t.assumptionsHold ? 'alpha and beta are as the theorems assume.' : 'The theorems don’t hold of this alpha and beta: alpha is too large, or beta isn’t 1 − alpha.'}</p>
${tableFigure({
  label: 'Theorems',
  rows: rows([
    ['alpha; the most that is assumed', `${significant(t.alpha)}; ${significant(t.largestAlpha)}`],
    ['|beta − (1 − alpha)|', significant(t.offTied)],
    ['T, n', `${count(t.T)}, ${count(t.n)}`],
    ['R_U, R_W, R_v, R_x', [t.RU, t.RW, t.Rv, t.Rx].map((value) => significant(value)).join(', ')],
    ['‖U‖, sup ‖D_k‖', `${significant(t.spectralNorm)}, ${significant(t.slope)}`],
    ['Theorem 3.1: M', `${count(c.iterations)}: ${iterationTexts[t.iterationsAre]}`],
    ['L(θ_0)', significant(c.initialLoss)],
    ['right-hand side', significant(c.bound)],
    ['measured ‖∇L‖² at the end', significant(t.squaredGradientNorm)],
    ['Theorem 3.2: training loss', significant(g.trainingLoss)],
    ['C · alpha T / √n', significant(g.complexity)],
    ['B √(ln(1/δ) / n), δ = 0.05', significant(g.confidence)],
    ['right-hand side', significant(g.bound)],
    ['measured test loss', significant(t.testLoss)],
    ['appendix A.1 with its constants, any alpha', significant(g.explicitComplexity)],
    ['the same for a plain RNN with these matrices', significant(g.rnnComplexity)],
  ]),
})}</section>`;
}
