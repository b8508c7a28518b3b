import { exp, ln, type Random } from '../math/index.js';

/**
 * How recordings are changed at random by resampling, masks and mixtures: fields of the recipe's `training.augment`. `stretch`,
 * `maskFrames` and `mixup` are for any values, the others for sounds as log energies.
 */
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
const ln10 = ln(10);
const neper = ln10 / 10;
/** A room's reverberation time in seconds, and how much louder than its echoes the direct sound is, in decibels. */
const rooms = { seconds: [0.1, 0.6], direct: [0, 12] } as const;

/** A change of one recording. */
export interface SpectralChange {
  /** [24], as kernels/spectra.c reads it. */
  readonly values: Float64Array;
  /** [15], the numbers in [0, 1) that it is made of. */
  readonly draws: Float64Array;
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
  return { values: new Float64Array(24), draws: new Float64Array(15), partner: -1, mix: 0 };
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
  const {
    stretch = 0,
    warp = 0,
    loudness = 0,
    maskFrames = 0,
    maskChannels = 0,
    background,
    room = 0,
    mixup = 0,
  } = settings;
  const { values, draws: u } = out;
  for (let i = 0; i < u.length; i++) u[i] = random.uniform();
  values.fill(0);
  values[at.shift] = rows.shift;
  values[at.speed] = 1 + around(u[0], stretch);
  values[at.warp] = 1 + around(u[1], warp);
  values[at.loudness] = around(u[2], loudness) * neper;
  mask(values, at.framesFirst, at.framesEnd, maskFrames, rows.frames, u[3], u[4]);
  mask(values, at.channelsFirst, at.channelsEnd, maskChannels, rows.channels, u[5], u[6]);

  if (u[7] < room) {
    const decay = exp((-6 * ln10) / (between(u[8], rooms.seconds) * frameRate));
    values[at.decay] = decay;
    // Echoes add up to wet decay / (1 - decay).
    values[at.wet] = (exp(-between(u[9], rooms.direct) * neper) * (1 - decay)) / decay;
  }

  const noisy = background !== undefined && u[10] < background.share;
  const mixed = !noisy && u[11] < mixup;
  const from = noisy ? rows.noises : rows.others;
  out.partner = (noisy || mixed) && from.length > 0 ? from[Math.floor(u[12] * from.length)] : -1;
  out.mix = mixed && out.partner >= 0 ? 0.5 * u[13] : 0;
  if (out.partner < 0) return;
  values[at.partnerFrames] = rows.framesOf(out.partner);
  values[at.mix] = out.mix;
  if (!noisy) return;
  values[at.noise] = 1;
  values[at.noiseLevel] = rows.levelOf(row) - rows.levelOf(out.partner) - between(u[14], background.snr) * neper;
}

/** From -most to most, for u in [0, 1). */
function around(u: number, most: number): number {
  return most * (2 * u - 1);
}

function between(u: number, range: readonly [number, number]): number {
  return range[0] + (range[1] - range[0]) * u;
}

/** A mask of up to `most` places, by two numbers in [0, 1). */
function mask(
  values: Float64Array,
  first: number,
  end: number,
  most: number,
  length: number,
  u: number,
  v: number,
): void {
  const width = Math.min(length, Math.floor(u * (most + 1)));
  values[first] = Math.floor(v * (length - width + 1));
  values[end] = values[first] + width;
}
