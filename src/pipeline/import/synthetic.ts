import { equalSequences, type Int16Sequences, type Normalisation } from '../../integer/index.js';
import { Random } from '../../math/index.js';

/** Sequences that are run where no recordings are at hand. */
export const syntheticSequences = 256;

/** Keeps these numbers apart from those that other parts draw from seed 0. */
const stream = 0x696d70;

/** Recordings whose normalised inputs are standard normal numbers, as counts of int16: [sequences][steps][channels]. */
export function syntheticInputs(normalisation: Normalisation, channels: number, steps: number): Int16Sequences {
  const { centre, scale } = normalisation;
  const random = new Random(0, stream);
  const values = new Int16Array(syntheticSequences * steps * channels);
  for (let i = 0; i < values.length; i++) {
    const c = centre.length === 1 ? 0 : i % channels;
    values[i] = Math.max(-32768, Math.min(32767, Math.round(centre[c] + random.normal() / scale[c])));
  }
  return equalSequences(values, { count: syntheticSequences, steps, channels });
}

/** Sequences of tokens, each as likely: [sequences][steps][1]. */
export function syntheticTokens(vocabulary: number, steps: number): Int16Sequences {
  const random = new Random(0, stream);
  const values = Int16Array.from({ length: syntheticSequences * steps }, () => random.below(vocabulary));
  return equalSequences(values, { count: syntheticSequences, steps, channels: 1 });
}
