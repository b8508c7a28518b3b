import type { Axis } from './axes.js';
import { significant } from './format.js';
import { markup, type Markup } from './markup.js';
import { plot, type Place, type PlotLine } from './plot.js';

/** Points that a line goes through. */
export interface Curve {
  readonly colour: PlotLine['colour'];
  /** What the key calls it; a curve without points has no place there. */
  readonly name?: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A figure of curves; points that aren't finite, or not above 0 on an axis of powers, are left out. */
export function figure(parts: {
  readonly name: string;
  readonly xName: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly curves: readonly Curve[];
  readonly dots?: boolean;
  /** What is to be said below it. */
  readonly note?: string | undefined;
  /** How values are told to who can't see it; in three digits without it. */
  readonly told?: (value: number) => string;
}): Markup {
  const { name, xName, x, y, curves, dots = false, note, told = significant } = parts;
  const placed = curves.map(({ colour, points }) => ({
    colour,
    places: points
      .map(([a, b]): Place => ({ x: x.position(a), y: y.position(b) }))
      .filter((place) => [place.x, place.y].every((at) => at >= 0 && at <= 1.0001)),
  }));
  const round = placed.flatMap(({ colour, places }) =>
    dots && colour !== 'border' ? places.map((place) => ({ ...place, colour, radius: 3.5 })) : [],
  );
  const [first] = curves;
  const ends = [first.points[0], first.points[first.points.length - 1]];
  const label = `${name} against ${xName}: ${ends.map(([a, b]) => `${told(b)} at ${significant(a)}`).join(', ')}.`;
  return markup`<figure><figcaption><b>${name}</b>${keyOf(curves)}</figcaption>${plot({ label, x, y, lines: placed, dots: round })}<p class="axis">${xName}</p>${note === undefined ? undefined : markup`<p class="quiet">${note}</p>`}</figure>`;
}

/** The lines of a figure as they are drawn, each with its name. */
function keyOf(curves: readonly Curve[]): Markup | undefined {
  const named = curves.filter(({ name, points }) => name !== undefined && points.length > 0);
  if (named.length === 0) return undefined;
  const line = (colour: Curve['colour']) =>
    colour === 'border'
      ? markup`<span class="line" style="border-top-style:dotted"></span>`
      : markup`<span class="line c${colour}"></span>`;
  return markup`<span class="legend">${named.map(({ colour, name }) => markup`${line(colour)}${name} `)}</span>`;
}
