import { exp, ln, Random } from '../../math/index.js';

/** Samples of 16 bits that go on for as long as they are asked for. */
export interface EndlessSound {
  /** The next `out.length` samples. */
  read(out: Int16Array): void;
}

/** Random streams. */
const streams = { background: 1201, speech: 1202 } as const;

const gainOf = (decibel: number) => exp((decibel / 20) * ln(10));

/** Pieces one behind the other, each made when it is needed. */
abstract class Pieces implements EndlessSound {
  private piece = new Int16Array();
  private at = 0;
  protected readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  read(out: Int16Array): void {
    let to = 0;
    while (to < out.length) {
      if (this.at === this.piece.length) {
        this.piece = this.next();
        this.at = 0;
      }
      const count = Math.min(out.length - to, this.piece.length - this.at);
      out.set(this.piece.subarray(this.at, this.at + count), to);
      this.at += count;
      to += count;
    }
  }

  /** What comes when a piece has been read to its end. */
  protected abstract next(): Int16Array<ArrayBuffer>;
}

/**
 * Background: cuts of 2 to 20 s from the recordings, each at a gain of -30 to +6 dB; every second one has a cut of another recording
 * mixed in, at a gain of its own.
 */
export class BackgroundStream extends Pieces {
  private readonly recordings: readonly Int16Array[];

  /** @param recordings at 16 kHz, each of 20 s or more, or as long as cuts shall be at most */
  constructor(recordings: readonly Int16Array[], seed: number) {
    super(new Random(seed, streams.background));
    this.recordings = recordings;
  }

  /** Cuts, mixed. */
  protected next(): Int16Array<ArrayBuffer> {
    const { random, recordings } = this;
    const longest = Math.min(20 * 16_000, ...recordings.map(({ length }) => length));
    const length = Math.min(longest, 2 * 16_000 + random.below(18 * 16_000 + 1));
    const mixed = new Float64Array(length);
    const sounds = 1 + random.below(2);
    for (let k = 0; k < sounds; k++) {
      const from = recordings[random.below(recordings.length)];
      const start = random.below(from.length - length + 1);
      const gain = gainOf(36 * random.uniform() - 30);
      for (let i = 0; i < length; i++) mixed[i] += gain * from[start + i];
    }
    return Int16Array.from(mixed, saturated);
  }
}

/** Continuous speech: clips in random order without the quiet at their ends, each at a gain of -12 to +6 dB, with pauses of up to 0.1 s. */
export class SpeechStream extends Pieces {
  private readonly clips: readonly Int16Array[];

  constructor(clips: readonly Int16Array[], seed: number) {
    super(new Random(seed, streams.speech));
    this.clips = clips;
  }

  /** A clip and its pause. */
  protected next(): Int16Array<ArrayBuffer> {
    const { random, clips } = this;
    const clip = spokenPart(clips[random.below(clips.length)]);
    const gain = gainOf(18 * random.uniform() - 12);
    const piece = new Int16Array(clip.length + random.below(1600));
    for (let i = 0; i < clip.length; i++) piece[i] = saturated(gain * clip[i]);
    return piece;
  }
}

const saturated = (value: number) => Math.max(-32_768, Math.min(32_767, Math.round(value)));

/** A clip from the first to the last 10 ms that reach a twentieth of its loudest 10 ms; at least 0.1 s. */
function spokenPart(clip: Int16Array): Int16Array {
  const hop = 160;
  const count = Math.floor(clip.length / hop);
  const levels = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    let sum = 0;
    for (let i = 0; i < hop; i++) sum += clip[k * hop + i] * clip[k * hop + i];
    levels[k] = Math.sqrt(sum);
  }
  const loud = levels.reduce((most, level) => Math.max(most, level), 0) / 20;
  const first = Math.max(
    0,
    levels.findIndex((level) => level >= loud),
  );
  const last = Math.max(first + 10, levels.findLastIndex((level) => level >= loud) + 1);
  return clip.subarray(first * hop, Math.min(clip.length, last * hop));
}
