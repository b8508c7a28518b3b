import { exp, ln } from '../math/light.js';
import type { PcenSettings } from '../recipe/light.js';

/**
 * Per-channel energy normalisation: each band's energy E is divided by what it was of late, M, and compressed by a root.
 * M[t] = (1 - s) M[t - 1] + s E[t], from M[0] = E[0] on; (E / (eps + M)^gain + bias)^power - bias^power.
 * Wang, Getreuer, Hughes, Lyon and Saurous, Trainable frontend for robust and far-field keyword spotting, 2017.
 */
export class Pcen {
  private readonly settings: PcenSettings;
  /** s of the smoothing. */
  private readonly weight: number;
  private readonly floor: number;
  private readonly smoothed: Float64Array;
  private started = false;

  /** @param hop milliseconds between two frames */
  constructor(settings: PcenSettings, channels: number, hop: number) {
    this.settings = settings;
    // librosa's: of a first-order filter that falls to half its power at the frequency that the time constant names.
    const frames = settings.time / hop;
    this.weight = (Math.sqrt(1 + 4 * frames * frames) - 1) / (2 * frames * frames);
    this.floor = raised(settings.bias, settings.power);
    this.smoothed = new Float64Array(channels);
  }

  /** Replaces the energies of one frame, [channels]. */
  apply(energies: Float64Array): void {
    const { smoothed, weight, floor } = this;
    const { gain, bias, power, eps } = this.settings;
    for (let c = 0; c < energies.length; c++) {
      const energy = energies[c]!;
      const recent = this.started ? (1 - weight) * smoothed[c]! + weight * energy : energy;
      smoothed[c] = recent;
      energies[c] = raised(energy * raised(eps + recent, -gain) + bias, power) - floor;
    }
    this.started = true;
  }

  reset(): void {
    this.started = false;
  }
}

/** x^p of x >= 0. */
function raised(x: number, p: number): number {
  return x === 0 ? 0 : exp(p * ln(x));
}
