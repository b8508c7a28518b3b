import { exact, percent, significant } from './format.js';
import type { ReportInput, WorstView } from './input.js';
import { lines, markup, type Markup } from './markup.js';
import { polyline } from './plot.js';

/** With more channels a signal is shown as an image, a row a channel. */
const mostLines = 12;

/** Cells of an image along time, and shades. */
const mostColumns = 64;
const shades = 8;

/** What was said of a sequence, behind what is right. */
function verdict({ truth, predicted, confidence }: WorstView): Markup {
  if (confidence === null) return markup`; predicted: <b>${predicted}</b>`;
  return truth === predicted ? markup`, as it is` : markup` taken for <b>${predicted}</b>`;
}

/** Range of a unit's values over all that is shown. */
type Ranges = ReadonlyMap<string, readonly [low: number, high: number]>;

/** The test sequences that the integer network got most wrong, with their signals. */
export function worstSection({ worst = [], classNames }: ReportInput): Markup | undefined {
  if (worst.length === 0) return undefined;
  const asLines = worst[0].channels.length <= mostLines;
  const ranges = rangesOf(worst);
  const cards = worst.map((view) => {
    const { sequence, group, truth, confidence, loss } = view;
    const sure = confidence === null ? undefined : markup` (${percent(confidence, 1)} sure)`;
    const place = `test sequence ${sequence}${group === undefined ? '' : `, group ${group}`}, loss ${significant(loss)}`;
    return markup`<figure class="small"><figcaption><span>${confidence === null ? 'right: ' : undefined}<b>${truth}</b>${verdict(view)}${sure}</span> <span class="quiet">${place}</span></figcaption>
${asLines ? panels(view, ranges) : image(view, ranges)}${strips(view, classNames)}<p class="axis">0 to ${exact(view.frames)} samples</p></figure>`;
  });
  const legend = asLines
    ? worst[0].channels.map(
        ({ name, unit }, c) =>
          markup`<span class="key k${c}"><span class="stroke"></span>${name}${unit === '' ? '' : `, ${unit}`}</span> `,
      )
    : markup`Time runs to the right, a row is a channel (${worst[0].channels[0].name} on top), darker is more.`;
  return markup`<section id="worst"><h2>${worst.every(({ confidence }) => confidence === null) ? 'Sequences with the largest errors' : 'Worst-classified sequences'}</h2>
<p>The test sequences of the highest loss. Look for wrong labels, faulty sensors and classes that can’t be told apart before looking for a larger network.</p>
<p class="legend keys">${legend}</p>
<div class="smalls">${lines(cards)}</div></section>`;
}

function rangesOf(views: readonly WorstView[]): Ranges {
  const ranges = new Map<string, [number, number]>();
  for (const { channels } of views) {
    for (const { unit, values } of channels) {
      const [low, high] = ranges.get(unit) ?? [Infinity, -Infinity];
      ranges.set(unit, [Math.min(low, ...values), Math.max(high, ...values)]);
    }
  }
  return ranges;
}

/** A panel for each unit, lines of the same scale in all sequences. */
function panels({ channels, truth, predicted }: WorstView, ranges: Ranges): Markup {
  const units = [...new Set(channels.map(({ unit }) => unit))];
  return lines(
    units.map((unit) => {
      const [low, high] = ranges.get(unit) ?? [0, 1];
      const span = high > low ? high - low : 1;
      const curves = channels.flatMap((channel, c) =>
        channel.unit !== unit
          ? []
          : [
              polyline(
                channel.values.map((value, i) => ({
                  x: i / Math.max(1, channel.values.length - 1),
                  y: (value - low) / span,
                })),
                `signal k${c}`,
              ),
            ],
      );
      const names = channels.filter((channel) => channel.unit === unit).map(({ name }) => name);
      return markup`<div class="panel"><span class="ends"><span>${significant(high, 2)} ${unit}</span><span>${significant(low, 2)} ${unit}</span></span><svg role="img" aria-label="${names.join(', ')} of a sequence of ${truth}, predicted ${predicted}" viewBox="0 0 1000 1000" preserveAspectRatio="none">${curves}</svg></div>`;
    }),
  );
}

/** Channels as rows of shaded cells. */
function image({ channels, truth, predicted }: WorstView, ranges: Ranges): Markup {
  const points = channels[0].values.length;
  const columns = Math.min(points, mostColumns);
  const paths = Array.from({ length: shades + 1 }, () => '');
  channels.forEach(({ unit, values }, row) => {
    const [low, high] = ranges.get(unit) ?? [0, 1];
    let open: { shade: number; from: number } | undefined;
    for (let column = 0; column <= columns; column++) {
      const value = values[Math.floor((column * points) / columns)];
      const shade = column === columns ? -1 : Math.round((shades * (value - low)) / (high > low ? high - low : 1));
      if (open?.shade === shade) continue;
      if (open) paths[open.shade] += `M${open.from} ${row}H${column}v1H${open.from}z`;
      open = { shade, from: column };
    }
  });
  const shaded = paths.flatMap((path, shade) =>
    path === '' || shade === 0 ? [] : [markup`<path fill-opacity="${shade / shades}" d="${path}"/>`],
  );
  return markup`<div class="panel"><svg class="image" role="img" aria-label="The channels of a sequence of ${truth}, predicted ${predicted}" viewBox="0 0 ${columns} ${channels.length}" preserveAspectRatio="none">${shaded}</svg></div>`;
}

/** Right and predicted classes along a sequence, as two bands. */
function strips({ strips: bands }: WorstView, classNames: readonly string[]): Markup | undefined {
  if (!bands) return undefined;
  const band = (name: string, classes: readonly number[]) => {
    const pieces: Markup[] = [];
    for (let from = 0, to = 0; from < classes.length; from = to) {
      while (to < classes.length && classes[to] === classes[from]) to++;
      const k = classes[from];
      pieces.push(
        markup`<rect class="strip k${k % mostLines}" x="${from}" y="0" width="${to - from}" height="1"><title>${classNames[k]}</title></rect>`,
      );
    }
    return markup`<div class="strips"><span>${name}</span><svg role="img" aria-label="${name} classes along the sequence" viewBox="0 0 ${classes.length} 1" preserveAspectRatio="none">${pieces}</svg></div>`;
  };
  return markup`${band('right', bands.truth)}${band('said', bands.predicted)}`;
}
