import { epochPosition, epochTicks, type Axis } from './axes.js';
import { lines, markup, type Markup } from './markup.js';
import { mille, per } from './plot.js';

/** A curve over all epochs. `colour` picks one of the page's two curve styles, which differ in dashes too. */
export interface Series {
  readonly colour: 1 | 2;
  /** [epochs]; a gap where it isn't finite. */
  readonly values: readonly number[];
}

/** Epochs of one stage. */
export interface Band {
  readonly name: string;
  /** First and last epoch of the whole training, from 1. */
  readonly first: number;
  readonly last: number;
}

export interface Chart {
  /** What the figure shows, for who can't see it. */
  readonly label: string;
  readonly epochs: number;
  readonly axis: Axis;
  readonly bands: readonly Band[];
  readonly series: readonly Series[];
  /** Points with a ring around them. */
  readonly rings: readonly { readonly epoch: number; readonly value: number }[];
}

/** A curve of more points is drawn by the extremes of groups of epochs, so that a page stays small. */
export const mostPoints = 400;

/** Up to this many epochs every point has a dot. */
const mostDots = 40;

type Point = readonly [epoch: number, value: number];

/** The points of a curve without gaps, thinned to the least and the greatest value of each group. */
function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= mostPoints) return points;
  const size = Math.ceil((2 * points.length) / mostPoints);
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += size) {
    const group = points.slice(start, start + size);
    const low = group.reduce((least, point) => (point[1] < least[1] ? point : least));
    const high = group.reduce((greatest, point) => (point[1] > greatest[1] ? point : greatest));
    kept.push(...(low === high ? [low] : low[0] < high[0] ? [low, high] : [high, low]));
  }
  return kept;
}

/** Pieces of a curve between its gaps. */
function pieces(values: readonly number[]): Point[][] {
  const found: Point[][] = [];
  let open: Point[] | undefined;
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) open = undefined;
    else if (open) open.push([i + 1, value]);
    else found.push((open = [[i + 1, value]]));
  });
  return found;
}

/**
 * A chart over epochs that fills the box of its container. Text keeps its size at any width: everything is placed in per
 * cent, and only the curves are drawn in an inner SVG that is stretched.
 */
export function chart({ label, epochs, axis, bands, series, rings }: Chart): Markup {
  const x = (epoch: number) => epochPosition(epoch, epochs);
  const curves = series.flatMap(({ colour, values }) =>
    pieces(values)
      .filter((piece) => piece.length > 1)
      .map((piece) => {
        const path = thinned(piece).map(([epoch, value]) => `${mille(x(epoch))},${mille(1 - axis.position(value))}`);
        return markup`<polyline class="curve c${colour}" points="${path.join(' ')}"/>`;
      }),
  );
  const cut = series.some(({ values }) => values.some((value) => axis.position(value) < 0));
  const dots = series.flatMap(({ colour, values }) =>
    pieces(values)
      .filter((piece) => epochs <= mostDots || piece.length === 1)
      .flatMap((piece) =>
        piece
          .filter(([, value]) => axis.position(value) >= 0)
          .map(
            ([epoch, value]) =>
              markup`<circle class="dot c${colour}" cx="${per(x(epoch))}" cy="${per(1 - axis.position(value))}" r="2.5"/>`,
          ),
      ),
  );
  return markup`<div class="plot"><svg role="img" aria-label="${label}" width="100%" height="100%">
${lines(bands.length > 1 ? bands.map((band, i) => stageBand(band, i, epochs)) : [])}
${lines(axis.ticks.map(({ at, text }) => gridLine(at, text)))}
${lines(epochTicks(epochs).map(({ at, text }) => markup`<text class="tick" x="${per(at)}" y="100%" dy="18" text-anchor="middle">${text}</text>`))}
<svg class="${cut ? 'cut' : 'whole'}" viewBox="0 0 1000 1000" preserveAspectRatio="none" width="100%" height="100%">
${lines(curves)}
</svg>
${lines(dots)}
${lines(rings.map(({ epoch, value }) => markup`<circle class="ring" cx="${per(x(epoch))}" cy="${per(1 - axis.position(value))}" r="6"/>`))}
</svg></div>`;
}

function gridLine(at: number, text: string): Markup {
  const y = per(1 - at);
  return markup`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="tick" x="0" y="${y}" dx="-8" dy="4" text-anchor="end">${text}</text>`;
}

function stageBand({ first, last }: Band, i: number, epochs: number): Markup {
  const [start, end] = [(first - 1) / epochs, last / epochs];
  const shade =
    i % 2 === 1
      ? markup`<rect class="band" x="${per(start)}" y="0" width="${per(end - start)}" height="100%"/>`
      : undefined;
  const border =
    i > 0 ? markup`<line class="border" x1="${per(start)}" x2="${per(start)}" y1="0" y2="100%"/>` : undefined;
  return markup`${shade}${border}<text class="stage" x="${per((start + end) / 2)}" y="0" dy="-7" text-anchor="middle">${i + 1}</text>`;
}
