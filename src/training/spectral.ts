import { exp, ln, type Random } from '../math/index.js';

/** How sounds given as log energies are changed at random: the fields of the recipe's `training.augment` that are for them. */
export interface SpectralSettings {
  readonly stretch?: number;
  readonly warp?: number;
  readonly loudness?: number;
  readonly maskFrames?: number;
  readonly maskChannels?: number;
  readonly background?: {
    readonly class: string;
    readonly share: number;
    readonly snr: readonly [number, number];
  };
  readonly room?: number;
  readonly mixup?: number;
}

/** The places of a row's change, as kernels/spectra.c has them. */
const at = {
  shift: 10,
  speed: 11,
  warp: 12,
  loudness: 13,
  framesFirst: 14,
  framesEnd: 15,
  channelsFirst: 16,
  channelsEnd: 17,
  noise: 18,
  noiseLevel: 19,
  decay: 20,
  wet: 21,
  mix: 22,
  partnerFrames: 23,
} as const;

/** Frames a second of the features that rooms are told for. */
const frameRate = 100;
/** Nepers of energy in a decibel. */
const neper = ln(10) / 10;
/** A room's reverberation time in seconds, and how much louder than its echoes the direct sound is, in decibels. */
const rooms = { seconds: [0.1, 0.6], direct: [0, 12] } as const;

/** A change of one sound. */
export interface SpectralChange {
  /** [24], as kernels/spectra.c reads it. */
  readonly values: Float64Array;
  /** The row whose energies are added or mixed in; -1 for none. */
  partner: number;
  /** The partner's share of the target. */
  mix: number;
}

/** What changes are drawn for. */
export interface SpectralRows {
  readonly frames: number;
  readonly channels: number;
  readonly shift: number;
  /** Rows of the background's class, and all rows that mixtures are made of. */
  readonly noises: Uint32Array;
  readonly others: Uint32Array;
  /** Frames of a row. */
  framesOf(row: number): number;
  /** ln of a row's mean energy. */
  levelOf(row: number): number;
}

export function emptySpectralChange(): SpectralChange {
  return { values: new Float64Array(24), partner: -1, mix: 0 };
}

/** Whether any of them is asked for. */
export function isSpectral(settings: SpectralSettings): boolean {
  const { stretch = 0, warp = 0, loudness = 0, maskFrames = 0, maskChannels = 0, room = 0 } = settings;
  return isPaired(settings) || [stretch, warp, loudness, maskFrames, maskChannels, room].some((value) => value > 0);
}

/** Whether a change may need a second row. */
export function isPaired({ background, mixup = 0 }: SpectralSettings): boolean {
  return background !== undefined || mixup > 0;
}

/**
 * Draws a change of `row` into `out`, always from the same number of draws.
 * - speed and filters: uniform in 1 +- stretch and 1 +- warp; loudness: uniform in +- so many decibels.
 * - masks: one of a width from 0 to the largest, anywhere.
 * - background: of so many rows the energies of another row are added, louder or softer than its own by an SNR that is drawn.
 * - room: of so many rows an exponential decay of energies, of a reverberation time and a share of echoes that are drawn.
 * - mixup: of the rows that have no background, a mixture with another row, of up to half.
 */
export function drawSpectralChange(
  out: SpectralChange,
  settings: SpectralSettings,
  random: Random,
  row: number,
  rows: SpectralRows,
): void {
  const { stretch = 0, warp = 0, loudness = 0, maskFrames = 0, maskChannels = 0, background, room = 0 } = settings;
  const { values } = out;
  const around = (most: number) => most * (2 * random.uniform() - 1);
  const between = ([low, high]: readonly [number, number]) => low + (high - low) * random.uniform();
  values.fill(0);
  values[at.shift] = rows.shift;
  values[at.speed] = 1 + around(stretch);
  values[at.warp] = 1 + around(warp);
  values[at.loudness] = around(loudness) * neper;
  mask(values, at.framesFirst, at.framesEnd, maskFrames, rows.frames, random);
  mask(values, at.channelsFirst, at.channelsEnd, maskChannels, rows.channels, random);

  const echoes = random.uniform() < room;
  const decay = exp((-6 * ln(10)) / (between(rooms.seconds) * frameRate));
  const direct = between(rooms.direct);
  if (echoes) {
    values[at.decay] = decay;
    values[at.wet] = (exp(-direct * neper) * (1 - decay)) / decay; // echoes add up to wet decay / (1 - decay)
  }

  const noisy = random.uniform() < (background?.share ?? 0);
  const snr = between(background?.snr ?? [0, 0]);
  const mix = random.uniform() * 0.5;
  const mixed = !noisy && random.uniform() < (settings.mixup ?? 0);
  const from = noisy ? rows.noises : rows.others;
  const drawn = random.below(Math.max(1, from.length));
  out.partner = noisy || mixed ? (from[drawn] ?? -1) : -1;
  out.mix = mixed && out.partner >= 0 ? mix : 0;
  if (out.partner < 0) return;
  values[at.partnerFrames] = rows.framesOf(out.partner);
  values[at.mix] = out.mix;
  if (!noisy) return;
  values[at.noise] = 1;
  values[at.noiseLevel] = rows.levelOf(row) - rows.levelOf(out.partner) - snr * neper;
}

function mask(values: Float64Array, first: number, end: number, most: number, length: number, random: Random): void {
  const width = Math.min(length, Math.floor(random.uniform() * (most + 1)));
  values[first] = Math.floor(random.uniform() * (length - width + 1));
  values[end] = values[first] + width;
}
