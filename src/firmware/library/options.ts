import type { DetectorSettings } from '../../detector/index.js';
import type { IntegerNetwork } from '../../integer/index.js';
import type { ExportCOptions } from '../c99.js';
import type { SoundInputs } from '../sound/export.js';

/** What a library says beyond the exported C. */
export interface LibraryOptions extends ExportCOptions {
  /** Of classes, labels or values, [L]; their numbers when absent. */
  readonly names?: readonly string[];
  /** What each channel of a frame is, with the unit of one count; numbers when absent. */
  readonly channels?: readonly string[];
  /** Frames that one step reads, the oldest first, and from one step to the next; 1 and 1 when absent. */
  readonly stack?: { readonly frames: number; readonly stride: number } | undefined;
  /** What makes the inputs of sound, where they are: the library has the front end, too. */
  readonly sound?: SoundInputs | undefined;
  /** What hears events in a stream, where the model has it. */
  readonly detector?: DetectorSettings | undefined;
  /** Steps of the sequences that the network learnt from: how long the example listens before it answers. */
  readonly steps?: number;
  /** A sentence that says where the network comes from. */
  readonly origin?: string;
  /** The library's own version. */
  readonly version?: string;
}

/** What every file of a library is made from. */
export interface Library extends Required<
  Omit<LibraryOptions, 'stack' | 'sound' | 'detector' | 'outputs' | 'every' | 'head' | 'description' | 'optimize'>
> {
  readonly sound: SoundInputs | undefined;
  readonly detector: DetectorSettings | undefined;
  readonly network: IntegerNetwork;
  readonly upper: string;
  /** The C files of `src/`. */
  readonly sources: readonly string[];
  readonly stack: { readonly frames: number; readonly stride: number };
  readonly head: 'softmax' | 'sigmoid' | 'regression';
  readonly every: boolean;
  /** A regression's values in units of their own, not only normalised. */
  readonly scaled: boolean;
}

/** Text for a line comment or a manifest: one line, without what would end or continue it. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll('\\', '/')
    .replaceAll('??', '? ?')
    .trim();
}

/** A C string: everything beyond plain letters, digits and blanks as octal escapes of its UTF-8. */
export function cString(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const body = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9 _.,:;+()/-]/.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${body.join('')}"`;
}
