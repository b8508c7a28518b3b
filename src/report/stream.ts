import { linearAxis, logAxis } from './axes.js';
import { absent, counted, percent, significant } from './format.js';
import { renderPage } from './html.js';
import { lines, markup, type Markup } from './markup.js';
import { plot, type PlotDot, type PlotLine } from './plot.js';
import type { StreamMetrics } from './stream-metrics.js';
import { headings, tableFigure } from './table.js';

/** The page of a detector on streams: its operating point, the curve of detection errors, events in recordings. */
export function renderStream(title: string, metrics: StreamMetrics): string {
  const sections = [
    { id: 'point', link: 'Operating point', section: point(metrics) },
    { id: 'curve', link: 'Other thresholds', section: curve(metrics) },
    { id: 'events', link: 'Events', section: events(metrics) },
  ].flatMap(({ section, ...rest }) => (section ? [{ ...rest, section }] : []));
  return renderPage({
    title,
    subtitle: `${metrics.wake.join(', ')} in streams that never end, at a threshold of ${significant(metrics.threshold)} logits`,
    links: sections,
    body: lines(sections.map(({ section }) => section)),
    figures: '--json',
  });
}

const cells = (values: readonly string[]) => values.map((value) => markup`<td>${value}</td>`);

function point({ words, streams }: StreamMetrics): Markup {
  const { count, missed, falseRejects, interval } = words;
  const rejects =
    falseRejects === null || !interval
      ? markup`<p>No words were there to be heard.</p>`
      : markup`<p>${counted(missed, 'word')} of ${String(count)} missed: ${percent(falseRejects)} false rejects (95 % interval ${percent(interval[0])} to ${percent(interval[1])}).</p>`;
  const rows = streams.map(
    (s) =>
      markup`<tr><th scope="row">${s.name}</th>${cells([s.hours.toFixed(2), String(s.falseAccepts), significant(s.perHour), significant(s.upperBound)])}</tr>`,
  );
  const table =
    streams.length === 0
      ? undefined
      : tableFigure({
          label: 'False accepts of other sounds',
          caption:
            'Sounds without a wake word. The bound is the largest rate that so few false accepts would be unlikely of, at 95 % (Poisson).',
          rows: markup`${headings(['sound', 'hours heard', 'false accepts', 'an hour', 'at most, at 95 %'])}<tbody>${lines(rows)}</tbody>`,
        });
  return markup`<section id="point"><h2>Operating point</h2>${rejects}${table}</section>`;
}

/** Curve of detection errors: false accepts an hour on a logarithmic axis, of none at all half of one in the hours heard. */
function curve({ curve: points, streams, words, threshold }: StreamMetrics): Markup | undefined {
  const known = points.flatMap(({ falseRejects, ...rest }) =>
    falseRejects === null ? [] : [{ falseRejects, ...rest }],
  );
  if (known.length < 2 || streams.length === 0) return undefined;
  const least = streams.map(({ hours }) => 0.5 / hours);
  const rates = known.flatMap(({ perHour }) => perHour.map((rate, k) => Math.max(rate, least[k])));
  const x = logAxis(Math.min(...rates), Math.max(...rates));
  const y = linearAxis(0, Math.max(...known.map(({ falseRejects }) => falseRejects), 0.05), (value) => percent(value));
  const place = (rate: number, falseRejects: number, k: number) => ({
    x: x.position(Math.max(rate, least[k])),
    y: y.position(falseRejects),
  });
  const colourOf = (k: number) => (k % 2 === 0 ? 1 : 2) as 1 | 2;
  const curves: PlotLine[] = streams.map((_, k) => ({
    colour: colourOf(k),
    places: known.map(({ perHour, falseRejects }) => place(perHour[k], falseRejects, k)),
  }));
  const dots: PlotDot[] = streams.map(({ perHour }, k) => ({
    ...place(perHour, words.falseRejects ?? 0, k),
    colour: colourOf(k),
    radius: 4,
  }));
  const legend = streams.map(({ name }, k) => markup`<li class="c${colourOf(k)}">${name}</li>`);
  const rows = known.map(
    (p) =>
      markup`<tr><th scope="row">${significant(p.threshold)}</th>${cells([percent(p.falseRejects), ...p.perHour.map((rate) => significant(rate))])}</tr>`,
  );
  return markup`<section id="curve"><h2>Other thresholds</h2>
<p>False rejects (upwards) against false accepts an hour (to the right): each point is a threshold, the dots are the detector's own, ${significant(threshold)}. Where there was no false accept, the point stands at half of one in the hours heard.</p>
<ul class="legend">${lines(legend)}</ul>
<figure>${plot({ label: 'False rejects against false accepts an hour', x, y, lines: curves, dots })}</figure>
${tableFigure({ label: 'Errors at each threshold', rows: markup`${headings(['threshold', 'false rejects', ...streams.map(({ name }) => `${name}, an hour`)])}<tbody>${lines(rows)}</tbody>` })}</section>`;
}

function events({ recordings }: StreamMetrics): Markup | undefined {
  if (!recordings) return undefined;
  const rows = recordings.flatMap(({ file, seconds, events: own }) =>
    own.length === 0
      ? [markup`<tr><th scope="row">${file}</th>${cells([absent, absent, `none in ${clock(seconds)}`])}</tr>`]
      : own.map(
          (event) =>
            markup`<tr><th scope="row">${file}</th>${cells([clock(event.seconds), event.word, significant(event.score)])}</tr>`,
        ),
  );
  return markup`<section id="events"><h2>Events</h2>
${tableFigure({ label: 'Events in recordings', rows: markup`${headings(['recording', 'time', 'word', 'score'])}<tbody>${lines(rows)}</tbody>` })}</section>`;
}

/** 1:02:03.4 */
export function clock(seconds: number): string {
  const tenths = Math.round(10 * seconds);
  const [h, m, s] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10];
  const two = (value: number, digits = 0) => value.toFixed(digits).padStart(digits > 0 ? 3 + digits : 2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s, 1)}` : `${m}:${two(s, 1)}`;
}
