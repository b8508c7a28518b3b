/** What is to be said, and how. */
export interface Utterance {
  readonly text: string;
  /** A name from `voices()`. */
  readonly voice: string;
  /** How fast: 1 is the voice's own speed. */
  readonly speed: number;
  /** How high: 1 is the voice's own pitch. Voices that can't change it ignore it. */
  readonly pitch: number;
}

/** A speech synthesiser: a program of its own that this one calls where it is installed; nothing of it is part of this package. */
export interface Synthesiser {
  readonly name: string;
  /** The program's licence: what it says may be used under it is for its user to heed. */
  readonly licence: string;
  /** The Debian packages that bring it and its English voices. */
  readonly packages: string;
  /** The voices that are installed here; none where the program isn't. */
  voices(): Promise<string[]>;
  /**
   * Speaks each utterance into a WAV file of its own in `directory`.
   *
   * @returns [utterances], the files' paths; undefined where the program failed to speak one
   */
  speak(utterances: readonly Utterance[], directory: string): Promise<(string | undefined)[]>;
}
