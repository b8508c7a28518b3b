import { ln, type Random } from '../math/index.js';
import type { Synthesiser, Utterance } from './engine.js';
import { espeakNg } from './espeak-ng.js';
import { festival } from './festival.js';
import { flite } from './flite.js';

/** The synthesisers that this package can call. */
export const synthesisers: readonly Synthesiser[] = [espeakNg, flite, festival];

/** A synthesiser that is installed here, with its voices. */
export interface Installed {
  readonly synthesiser: Synthesiser;
  /** At least one. */
  readonly voices: readonly string[];
}

/** Those that are installed here, of the given ones. */
export async function installedSynthesisers(of: readonly Synthesiser[] = synthesisers): Promise<Installed[]> {
  const all = await Promise.all(of.map(async (synthesiser) => ({ synthesiser, voices: await synthesiser.voices() })));
  return all.filter(({ voices }) => voices.length > 0);
}

/** Those that aren't installed here. */
export function missingSynthesisers(installed: readonly Installed[]): Synthesiser[] {
  return synthesisers.filter((one) => !installed.some(({ synthesiser }) => synthesiser === one));
}

/** Who speaks and how: the rest of an utterance. */
export interface Speaker extends Omit<Utterance, 'text'> {
  readonly synthesiser: Synthesiser;
}

/**
 * A speaker at random. A synthesiser of few voices is drawn more often than each of its voices would be among all, as its voices
 * differ more: in proportion to ln(1 + voices).
 */
export function drawSpeaker(installed: readonly Installed[], random: Random): Speaker {
  const weights = installed.map(({ voices }) => ln(1 + voices.length));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = random.uniform() * total;
  let chosen = installed[installed.length - 1];
  for (const [i, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) {
      chosen = installed[i];
      break;
    }
  }
  const { synthesiser, voices } = chosen;
  return {
    synthesiser,
    voice: voices[random.below(voices.length)],
    speed: 0.8 + 0.55 * random.uniform(),
    pitch: 0.7 + 0.7 * random.uniform(),
  };
}
