import { stripVTControlCharacters, styleText } from 'node:util';
import type { Listener, RunEvent } from '../pipeline/index.js';

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

/** Rows of cells, columns aligned by spaces; numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  const widthOf = (cell: string) => stripVTControlCharacters(cell).length;
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

/** 95.03 % */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)} %`;
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
      case 'progress': {
        if (!live) break;
        const { epochs, totalEpochs, stage, loss, secondsLeft } = event.progress;
        const line = `  ${stage}: epoch ${epochs.toFixed(1)} of ${totalEpochs}, loss ${loss.toFixed(3)}${accuracy}, ${duration(secondsLeft)} left`;
        clearLine();
        stream.write(line.slice(0, (stream.columns ?? 100) - 1));
        break;
      }
    }
  };
}
