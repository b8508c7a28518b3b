import { Rounded } from '../rounded.js';
import type { Draw, Problem } from './problem.js';
import { turned, words } from './recorded.js';

const exact = (x: number) => new Rounded(x);
const clamp = (x: number, last: number) => Math.min(Math.max(x, 0), last);

/** Recorded values as inputs, each row changed as a sound would be or a sensor's axes, with or without noise. */
export function gatherSpectra(draw: Draw): Problem {
  const { bench, sizes, random } = draw;
  const [rows, channels, steps] = [sizes[0], Math.max(sizes[1] % 20, 1), 1 + (sizes[2] % 5)];
  const [stacked, stride] = [draw.one([1, 2, 3]), draw.one([1, 2])];
  const noisy = draw.one([true, false]);
  const features = stacked * channels;
  const uniform = (low: number, high: number) => low + (high - low) * random.uniform();
  const some = (length: number, low: number, high: number) => Array.from({ length }, () => uniform(low, high));
  const lengths = draw.integers(rows, 1, steps + 1);
  const framesOf = (r: number) => (lengths[r] - 1) * stride + stacked;
  const frames = (steps - 1) * stride + stacked;
  const rawStride = (frames + 1) * channels;
  const counts = () => Int16Array.from(draw.integers(rows * rawStride + 1, -1000, 2000));
  const [recorded, partners] = [counts(), counts()];
  const wide = Math.ceil(features / 16) * 16;
  const padded = (values: readonly number[]) => [...values, ...new Array<number>(wide - values.length).fill(0)];
  const [centre, scale, lsb] = [some(features, -99, 99), some(features, 0.5, 2), some(channels, 0.005, 0.01)];
  const changes = Array.from({ length: rows }, (_, r) => {
    const [first, channel] = [random.below(framesOf(r) + 1), random.below(channels + 1)];
    return {
      shift: random.below(5) - 2,
      speed: uniform(0.7, 1.3),
      warp: draw.one([1, uniform(0.8, 1.2)]),
      loudness: draw.one([0, uniform(-2, 2)]),
      frames: [first, draw.one([first, framesOf(r)])],
      channels: [channel, draw.one([channel, channels])],
      noise: draw.one([0, 1]),
      level: uniform(-3, 3),
      decay: draw.one([0, uniform(0.2, 0.9)]),
      wet: uniform(0.1, 0.5),
      mix: draw.one([0, uniform(0, 0.5)]),
      others: 1 + random.below(framesOf(r)),
      matrix: some(9, -1, 1),
      size: draw.one([0, uniform(0.5, 2)]),
    };
  });
  const added = some(steps * rows * features, -1, 1);
  const before = draw.floats(steps * rows * features);
  const x = bench.matrix(steps * rows, features, before);
  const float64 = (values: readonly number[]) => bench.integers(words(Float64Array.from(values)));
  const places = {
    raw: bench.integers(words(recorded)),
    lengths: bench.integers(lengths),
    constants: float64([centre, scale, lsb].flatMap(padded)),
    changes: float64(
      changes.flatMap((m) => [
        ...[...m.matrix, m.size],
        ...[m.shift, m.speed, m.warp, m.loudness, ...m.frames, ...m.channels],
        ...[m.noise, m.level, m.decay, m.wet, m.mix, m.others],
      ]),
    ),
    partners: bench.integers(words(partners)),
    scratch: bench.matrix(frames + 1, channels, new Array<number>((frames + 1) * channels).fill(0)),
    ...(noisy ? { noise: float64(added) } : {}),
  };
  /** The counts of a row's frames after its change, undefined where masked. */
  const changed = (r: number): (number | undefined)[][] => {
    const m = changes[r];
    const last = framesOf(r) - 1;
    const raw = (from: Int16Array, f: number, c: number) => from[r * rawStride + f * channels + c];
    const partner = (f: number, c: number) => raw(partners, f % m.others, c);
    const between = (place: number, end: number, value: (i: number) => number) => {
      const low = Math.floor(clamp(place, end));
      return value(low) + (clamp(place, end) - low) * (value(Math.min(low + 1, end)) - value(low));
    };
    const echo = new Array<number>(channels).fill(0);
    return Array.from({ length: last + 1 }, (_, f) => {
      const frame = Array.from({ length: channels }, (__, c) => {
        const time = last / 2 + (f - last / 2) * m.speed - m.shift;
        let y = between(c * m.warp, channels - 1, (i) => between(time, last, (g) => raw(recorded, g, i)));
        if (m.noise || m.decay) {
          const energy = Math.exp(y * lsb[c]) + (m.noise ? Math.exp(partner(f, c) * lsb[c] + m.level) : 0);
          y = Math.log(energy + echo[c]) / lsb[c];
          echo[c] = m.decay * (echo[c] + m.wet * energy);
        }
        y += m.loudness / lsb[c];
        return y + m.mix * (partner(f, c) - y);
      });
      const hidden = (i: number, [from, to]: readonly number[]) => i >= from && i < to;
      return frame.map((y, c) => {
        if (hidden(f, m.frames) || hidden(c, m.channels)) return undefined;
        return m.size === 0 ? y : turned((channel) => frame[channel], c, m, lsb);
      });
    });
  };
  return {
    bench,
    compose: (program) =>
      program.gatherSpectra({
        ...{ rows, steps, features, channels, rawStride, stepStride: stride * channels, x },
        ...places,
      }),
    expected: () => {
      const all = changes.map((_, r) => changed(r));
      return [
        {
          name: 'x',
          read: (results) => results.matrix(x, steps * rows, features),
          values: before.map((old, at) => {
            const [t, r, d] = [Math.floor(at / features / rows), Math.floor(at / features) % rows, at % features];
            if (t >= lengths[r]) return exact(old);
            const y = all[r][t * stride + Math.floor(d / channels)][d % channels];
            const input = y === undefined ? 0 : (y - centre[d]) * scale[d];
            // Counts up to 2000 in float32, some operations with each; of energies 1e-6 nepers of at least 0.005 a count.
            return exact(input + (noisy ? added[at] : 0)).within(0.005);
          }),
        },
      ];
    },
  };
}
