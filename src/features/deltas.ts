/** Frames before and after the one whose slope is taken. */
const reach = 2;
const span = 2 * reach + 1;

/**
 * Appends the slopes of a frame's last channels to it: (sum over n = 1, 2 of n (c[t + n] - c[t - n])) / 10, the frames beyond
 * both ends taken as the first and the last. A frame is given on when the second after it is there.
 */
export class Deltas {
  /** Frames by which what comes out is late. */
  static readonly delay = reach;
  private readonly width: number;
  private readonly differentiated: number;
  private readonly take: (frame: Float64Array) => void;
  /** [span][width], the frame t in row t mod span. */
  private readonly recent: Float64Array;
  private readonly out: Float64Array;
  private count = 0;

  /** @param width channels of a frame, of which the last `differentiated` get slopes */
  constructor(width: number, differentiated: number, take: (frame: Float64Array) => void) {
    this.width = width;
    this.differentiated = differentiated;
    this.take = take;
    this.recent = new Float64Array(span * width);
    this.out = new Float64Array(width + differentiated);
  }

  /** The next frame, [width]. */
  push(frame: Float64Array): void {
    const { width, recent } = this;
    if (this.count === 0) for (let row = 0; row < span; row++) recent.set(frame, row * width);
    else recent.set(frame, (this.count % span) * width);
    this.count++;
    if (this.count > reach) this.give(this.count - 1 - reach);
  }

  /** Gives on the frames that still waited; the next frame is the first of another sequence. */
  end(): void {
    const { width, recent, count } = this;
    const waiting = count > 0 ? reach : 0;
    for (let late = 0; late < waiting; late++) {
      const from = ((count - 1) % span) * width;
      recent.copyWithin(((count + late) % span) * width, from, from + width);
      if (count + late >= reach) this.give(count + late - reach);
    }
    this.count = 0;
  }

  reset(): void {
    this.count = 0;
  }

  private give(t: number): void {
    const { width, differentiated, recent, out } = this;
    const now = (t % span) * width;
    const before1 = ((t + span - 1) % span) * width;
    const before2 = ((t + span - 2) % span) * width;
    const after1 = ((t + 1) % span) * width;
    const after2 = ((t + 2) % span) * width;
    for (let c = 0; c < width; c++) out[c] = recent[now + c]!;
    for (let c = width - differentiated, d = width; c < width; c++, d++) {
      out[d] = (recent[after1 + c]! - recent[before1 + c]! + 2 * (recent[after2 + c]! - recent[before2 + c]!)) / 10;
    }
    this.take(out);
  }
}
