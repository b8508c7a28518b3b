import { stripVTControlCharacters, styleText } from 'node:util';
import type { Listener, RunEvent } from '../pipeline/index.js';
import { percent as reportPercent } from '../report/index.js';

/** Bold in a terminal, plain elsewhere and where NO_COLOR is set. */
export function bold(text: string): string {
  return styled('bold', text);
}

/** Grey in a terminal. */
export function dim(text: string): string {
  return styled('dim', text);
}

/** Green for good news in a terminal. */
export function good(text: string): string {
  return styled('green', text);
}

/** Red for bad news in a terminal. */
export function bad(text: string): string {
  return styled('red', text);
}

function styled(style: 'bold' | 'dim' | 'green' | 'red', text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text;
}

/**
 * Rows of cells, columns aligned by spaces; numbers to the right. Characters that would move the cursor, or what follows, are
 * shown as escapes: names come from files of anybody.
 */
export function table(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(harmless));
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))));
  return rows
    .map((row) =>
      row
        .map((cell, i) => {
          const space = ' '.repeat(widths[i] - widthOf(cell));
          return /^[-+]?[\d.,]+( ?[%a-zA-Z/]{1,5})?$/.test(cell) ? space + cell : cell + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Control characters and those that turn the direction of writing as escapes; our own styles stay. */
function harmless(cell: string): string {
  return cell.replaceAll(/\p{Cc}(\[\d*m)?|[\u202A-\u202E\u2066-\u2069]/gu, (found, style: string | undefined) =>
    style !== undefined && found.startsWith('\u001B')
      ? found
      : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}${style ?? ''}`,
  );
}

const graphemes = new Intl.Segmenter();
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6\p{Emoji_Presentation}]/u;

/** Columns that a text takes in a terminal: none for styles, two for East Asian and picture characters. */
function widthOf(cell: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(cell))) {
    width += wide.test(segment) ? 2 : /^[\p{M}\p{Cf}]+$/u.test(segment) ? 0 : 1;
  }
  return width;
}

/** 95.03 %, as reports have it: never rounded to all or to nothing. */
export function percent(fraction: number): string {
  return plain(reportPercent(fraction));
}

/** What validation gave, from 0 to 1: a share for classes and labels, R^2 for values. */
export function score(head: 'softmax' | 'sigmoid' | 'regression', value: number): string {
  return head === 'regression' ? `R² ${value.toFixed(4)}` : percent(value);
}

/** 1 min 05 s */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Wipes the line that moves with a training, where there is one. */
export function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
}

/**
 * Shows a run on standard error: steps as lines, and in a terminal one line that moves with the training. Elsewhere only
 * steps, so that logs stay short.
 */
export function progressListener(): Listener {
  const stream = process.stderr;
  const live = stream.isTTY === true;
  let accuracy = '';
  return (event: RunEvent) => {
    switch (event.kind) {
      case 'step':
        clearLine();
        accuracy = '';
        stream.write(`${event.text}\n`);
        break;
      case 'note':
        clearLine();
        stream.write(`  ${event.text}\n`);
        break;
      case 'epoch':
        if (event.record.validation !== undefined)
          accuracy = `, validation ${score(event.head, event.record.validation)}`;
        break;
      case 'share':
        if (!live) break;
        clearLine();
        stream.write(`  ${event.done} of ${event.of} ${event.what}`);
        break;
      case 'progress': {
        if (!live) break;
        const { epochs, totalEpochs, stage, loss, secondsLeft, sequencesPerSecond } = event.progress;
        const speed = sequencesPerSecond > 0 ? `, ${Math.round(sequencesPerSecond)} sequences/s` : '';
        const line = `  ${stage}: epoch ${epochs.toFixed(1)} of ${totalEpochs}, loss ${loss.toFixed(3)}${accuracy}${speed}, ${duration(secondsLeft)} left`;
        clearLine();
        stream.write(line.slice(0, (stream.columns ?? 100) - 1));
        break;
      }
    }
  };
}

/** A report's text with ordinary spaces, for terminals. */
export function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}
