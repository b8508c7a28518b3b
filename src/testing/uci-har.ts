import { gzipSync } from 'node:zlib';
import { writeTree } from './folder.js';

const activities = ['WALKING', 'WALKING_UPSTAIRS', 'WALKING_DOWNSTAIRS', 'SITTING', 'STANDING', 'LAYING'];
const channels = ['body_acc', 'body_gyro', 'total_acc'].flatMap((sensor) =>
  ['x', 'y', 'z'].map((axis) => `${sensor}_${axis}`),
);

/** A window of recordings: the activity (0 to 5), the person (1 to 30) and the value at a step of a channel (0 to 8). */
export interface HarWindow {
  readonly activity: number;
  readonly person: number;
  value(step: number, channel: number): number;
}

/** A number as the archive writes it: 16 characters, a three-digit exponent. */
export function harNumber(value: number): string {
  const [mantissa, exponent] = value.toExponential(7).split('e');
  const digits = Math.abs(Number(exponent)).toString().padStart(3, '0');
  return `${mantissa}e${exponent.startsWith('-') ? '-' : '+'}${digits}`.padStart(16);
}

/** Writes `uci-har` below `root` in the layout of the official archive, the signals gzipped or plain. */
export async function writeUciHar(
  root: string,
  parts: { readonly train: readonly HarWindow[]; readonly test: readonly HarWindow[] },
  options: { readonly steps?: number; readonly gzip?: boolean } = {},
): Promise<void> {
  const { steps = 128, gzip = true } = options;
  const files: Record<string, string | Uint8Array> = {
    'activity_labels.txt': activities.map((name, i) => `${i + 1} ${name}\n`).join(''),
  };
  for (const [part, windows] of Object.entries(parts)) {
    files[`${part}/y_${part}.txt`] = windows.map(({ activity }) => `${activity + 1}\n`).join('');
    files[`${part}/subject_${part}.txt`] = windows.map(({ person }) => `${person}\n`).join('');
    channels.forEach((channel, c) => {
      const row = (window: HarWindow) =>
        Array.from({ length: steps }, (_, t) => harNumber(window.value(t, c))).join('');
      const text = windows.map((window) => `${row(window)}\n`).join('');
      const name = `${part}/Inertial Signals/${channel}_${part}.txt`;
      if (gzip) files[`${name}.gz`] = gzipSync(text);
      else files[name] = text;
    });
  }
  await writeTree(
    root,
    Object.fromEntries(Object.entries(files).map(([name, content]) => [`uci-har/${name}`, content])),
  );
}
