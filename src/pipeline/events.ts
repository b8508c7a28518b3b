import type { Architecture } from '../network/index.js';
import type { EpochRecord, Progress } from '../training/index.js';

/** What a run tells whoever watches it. */
export type RunEvent =
  /** A step begins. */
  | { readonly kind: 'step'; readonly text: string }
  /** A training moves on. */
  | { readonly kind: 'progress'; readonly phase: string; readonly progress: Progress }
  /** An epoch is done. */
  | {
      readonly kind: 'epoch';
      readonly phase: string;
      readonly head: Architecture['head'];
      readonly record: EpochRecord;
    }
  /** Something a user should know of the result. */
  | { readonly kind: 'note'; readonly text: string };

/** Gets the events of a run as they happen. */
export type Listener = (event: RunEvent) => void;
