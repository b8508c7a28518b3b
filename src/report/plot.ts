import type { Axis, Tick } from './axes.js';
import { lines, markup, type Markup } from './markup.js';

/** A place in a plot, from 0 at its left or lower edge to 1. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A line through places; `colour` picks one of the page's curve styles, `border` is for what is to be compared with. */
export interface PlotLine {
  readonly colour: 1 | 2 | 'border';
  readonly places: readonly Place[];
}

export interface PlotDot extends Place {
  readonly colour: 1 | 2;
  /** In pixels. */
  readonly radius: number;
  /** Stands beside it. */
  readonly name?: string;
}

export interface Plot {
  /** What the figure shows, for who can't see it. */
  readonly label: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly PlotLine[];
  readonly dots: readonly PlotDot[];
  /** A class of the page's style. */
  readonly kind?: string;
}

/** A place as per cent of a box. */
export const per = (fraction: number) => `${Number((100 * fraction).toFixed(2))}%`;
/** A place in a box of 1000. */
export const mille = (fraction: number) => Number((1000 * fraction).toFixed(1));

/** Where both axes have the same value. */
export const diagonal: PlotLine = {
  colour: 'border',
  places: [
    { x: 0, y: 0 },
    { x: 1, y: 1 },
  ],
};

/** A plot of two axes that fills the box of its container; as in `chart`, text keeps its size at any width. */
export function plot({ label, x, y, lines: curves, dots, kind = '' }: Plot): Markup {
  return markup`<div class="plot ${kind}"><svg role="img" aria-label="${label}" width="100%" height="100%">
${lines(y.ticks.map(horizontal))}
${lines(x.ticks.map(vertical))}
<svg class="whole" viewBox="0 0 1000 1000" preserveAspectRatio="none" width="100%" height="100%">
${lines(curves.map(({ colour, places }) => polyline(places, colour === 'border' ? 'border thin' : `curve c${colour}`)))}
</svg>
${lines(dots.map((dot) => markup`<circle class="dot c${dot.colour}" cx="${per(dot.x)}" cy="${per(1 - dot.y)}" r="${Number(dot.radius.toFixed(1))}"/>`))}
${lines(nameplates(dots).map(beside))}
</svg></div>`;
}

/** A name and where its line of text lies, from 0 at the lower edge to 1. */
interface Nameplate extends PlotDot {
  readonly name: string;
  readonly line: number;
}

/** How much of a plot's height a line of text takes, and how much of its width a name may. */
const [textHeight, textWidth] = [0.06, 0.16];

/** The names of dots, from the highest on: each as high as its dot, or just below the names that lie there already. */
function nameplates(dots: readonly PlotDot[]): Nameplate[] {
  const placed: Nameplate[] = [];
  for (const dot of dots.toSorted((a, b) => b.y - a.y)) {
    if (dot.name === undefined) continue;
    const [start, end] = widthOf(dot);
    const near = placed
      .map((other) => ({ line: other.line, of: widthOf(other) }))
      .filter(({ of }) => of[0] < end && start < of[1]);
    const line = near.reduce((low, { line: above }) => Math.min(low, above - textHeight), dot.y);
    placed.push({ ...dot, name: dot.name, line });
  }
  return placed;
}

/** Whether a dot's name stands left of it, where there is no room on its right. */
const isLeft = ({ x }: Place): boolean => x > 1 - textWidth;

/** From where to where a dot's name may reach. */
const widthOf = (dot: Place): readonly [number, number] =>
  isLeft(dot) ? [dot.x - textWidth, dot.x] : [dot.x, dot.x + textWidth];

function beside({ line, name, ...dot }: Nameplate): Markup {
  const { x, radius } = dot;
  const left = isLeft(dot);
  return markup`<text class="tick" x="${per(x)}" y="${per(1 - line)}" dx="${left ? -radius - 4 : radius + 4}" dy="4" text-anchor="${left ? 'end' : 'start'}">${name}</text>`;
}

/** A line in a box of 1000 by 1000. */
export function polyline(places: readonly Place[], kind: string): Markup {
  const points = places.map(({ x, y }) => `${mille(x)},${mille(1 - y)}`).join(' ');
  return markup`<polyline class="${kind}" points="${points}"/>`;
}

function horizontal({ at, text }: Tick): Markup {
  const y = per(1 - at);
  return markup`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="tick" x="0" y="${y}" dx="-8" dy="4" text-anchor="end">${text}</text>`;
}

function vertical({ at, text }: Tick): Markup {
  return markup`<text class="tick" x="${per(at)}" y="100%" dy="18" text-anchor="middle">${text}</text>`;
}
