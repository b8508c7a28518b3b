import type { Architecture } from '../network/index.js';
import type { EpochRecord, Progress } from '../training/index.js';

/** What a run tells whoever watches it. */
export type RunEvent =
  /** A step begins. */
  | { readonly kind: 'step'; readonly text: string }
  /** A training moves on. */
  | { readonly kind: 'progress'; readonly phase: string; readonly progress: Progress }
  /** Work that can be counted moves on. */
  | { readonly kind: 'share'; readonly what: string; readonly done: number; readonly of: number }
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

/** 1 training, 2 trainings. */
export function counted(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}

/** A listener for one of several runs at a time: what is told of it says which it is. */
export function taggedListener(listener: Listener, tag: string): Listener {
  const tagged = (text: string) => `${tag}: ${text}`;
  return (event) => {
    if (event.kind === 'step' || event.kind === 'note') listener({ ...event, text: tagged(event.text) });
    else if (event.kind === 'progress') {
      listener({ ...event, progress: { ...event.progress, stage: tagged(event.progress.stage) } });
    } else listener(event);
  };
}
