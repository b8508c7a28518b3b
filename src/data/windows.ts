/** How long recordings are cut into sequences: the recipe's `data.window`. */
export interface WindowSettings {
  /** Frames of a window. */
  readonly length: number;
  /** Frames from the beginning of one window to that of the next. */
  readonly hop: number;
  /** Which of its frames' labels is a window's: the most frequent one, or the last frame's. */
  readonly label: 'majority' | 'end';
  /** Stretches shorter than a window: left out, or taken as one short sequence. */
  readonly shortest: 'drop' | 'keep';
}

/** Frames [from, to) of a recording. */
export interface Stretch {
  /** Index of the recording. */
  readonly recording: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The windows that lie wholly inside a stretch, as stretches. Without settings the whole stretch is the one window. What is
 * left over at the end is not used.
 */
export function windowsOf(stretch: Stretch, window: WindowSettings | undefined): Stretch[] {
  const { recording, from, to } = stretch;
  if (to <= from) return [];
  if (window === undefined) return [stretch];
  const { length, hop, shortest } = window;
  if (to - from < length) return shortest === 'keep' ? [stretch] : [];
  const windows: Stretch[] = [];
  for (let at = from; at + length <= to; at += hop) windows.push({ recording, from: at, to: at + length });
  return windows;
}

/**
 * The label of frames labelled `labels`, -1 for none: of the most frequent labels the one with the lowest index (no label
 * counts as one, and loses a tie), or the label of the last frame.
 */
export function labelOf(labels: Int32Array, rule: WindowSettings['label']): number {
  if (rule === 'end') return labels[labels.length - 1];
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  let best = -1;
  for (const [label, count] of counts) {
    const most = counts.get(best) ?? 0;
    if (count > most || (count === most && label >= 0 && (best < 0 || label < best))) best = label;
  }
  return best;
}
