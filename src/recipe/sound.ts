/** Which features are made of sound: log mel energies, cepstral coefficients of them, or energies normalised to their recent past. */
export type SoundKind = (typeof soundKinds)[number];
/** Every kind. */
export const soundKinds = ['logMel', 'mfcc', 'pcen'] as const;

/** What each window of samples is multiplied by. */
export type WindowShape = (typeof windowShapes)[number];
/** Every shape. */
export const windowShapes = ['rectangular', 'hann', 'hamming', 'povey'] as const;

/** Where the corners of the mel filters lie: on bins of the spectrum, rounded down, or at their frequencies. */
export type FilterCorners = (typeof filterCorners)[number];
/** Both. */
export const filterCorners = ['bins', 'hertz'] as const;

/** What features are computed in: float64, or the whole numbers that a device computes them in. */
export type SoundArithmetic = (typeof soundArithmetics)[number];
/** Both. */
export const soundArithmetics = ['float', 'integer'] as const;

/** How sound becomes the frames that a network reads; the whole of it, as a model file holds it. `docs/features.md` has the equations. */
export interface SoundSettings {
  readonly kind: SoundKind;
  /** `docs/frontend.md` defines the integer one. */
  readonly arithmetic: SoundArithmetic;
  /** Samples a second; sounds of other rates are resampled. */
  readonly rate: number;
  /** Milliseconds. */
  readonly window: number;
  /** Milliseconds from the start of one window to the start of the next; at most `window`. */
  readonly hop: number;
  readonly shape: WindowShape;
  /** a in y[n] = x[n] - a x[n - 1]; 0 for none. */
  readonly preEmphasis: number;
  /** Length of the Fourier transform in samples, a power of two; a shorter window is filled up with zeros. */
  readonly transform: number;
  /** Mel filters. */
  readonly filters: number;
  /** Hz: where the lowest filter begins. */
  readonly lowest: number;
  /** Hz: where the highest filter ends. */
  readonly highest: number;
  readonly corners: FilterCorners;
  /** Energies below count as it where a logarithm is taken. Energies are |X|^2 / transform of samples in counts of 16 bits. */
  readonly floor: number;
  /** 1: the slopes of the features are features too; 2: the slopes of the slopes as well. */
  readonly deltas: 0 | 1 | 2;
  /** Of kind mfcc alone. */
  readonly mfcc?: CepstrumSettings;
  /** Of kind pcen alone. */
  readonly pcen?: PcenSettings;
}

/** Cepstral coefficients: a discrete cosine transform of the log mel energies. */
export interface CepstrumSettings {
  /** Coefficients that are kept, from the zeroth on. */
  readonly coefficients: number;
  /** L in the weights 1 + L / 2 sin(pi n / L) of the coefficients; 0 for none. */
  readonly lifter: number;
}

/** Per-channel energy normalisation (Wang and others, 2017): (E / (eps + M)^gain + bias)^power - bias^power, M the smoothed E. */
export interface PcenSettings {
  readonly gain: number;
  readonly bias: number;
  readonly power: number;
  /** Milliseconds: the time constant of the smoothing. */
  readonly time: number;
  readonly eps: number;
}

/** Settings of which any may be missing: what a recipe's `features.sound` or a caller gives. */
export interface SoundOptions extends Partial<Omit<SoundSettings, 'highest' | 'transform' | 'mfcc' | 'pcen'>> {
  readonly highest?: number | undefined;
  readonly transform?: number | undefined;
  readonly mfcc?: Partial<CepstrumSettings>;
  readonly pcen?: Partial<PcenSettings>;
}

/** A recipe's `features.sound`. */
export type RecipeSound = Omit<SoundOptions, 'kind'> & { readonly kind: SoundKind | 'samples' };

/** Appendix B of the paper, framed and filtered as python_speech_features does. */
export const paperSound = {
  kind: 'logMel',
  arithmetic: 'float',
  rate: 16_000,
  window: 25,
  hop: 10,
  shape: 'rectangular',
  preEmphasis: 0,
  filters: 32,
  lowest: 0,
  corners: 'bins',
  floor: Number.EPSILON,
  deltas: 0,
} as const;

/** The defaults of python_speech_features. */
export const usualCepstrum: CepstrumSettings = { coefficients: 13, lifter: 22 };

/** The defaults of librosa, but for what the smoothing starts from. */
export const usualPcen: PcenSettings = { gain: 0.98, bias: 2, power: 0.5, time: 400, eps: 1e-6 };

/**
 * The settings with everything filled in: appendix B's where nothing is said, `highest` half the rate, `transform` the least
 * power of two that holds a window.
 *
 * @throws RangeError with a line for each setting that makes no sense
 */
export function soundSettings(options: SoundOptions = {}): SoundSettings {
  const settings = filledIn(options);
  const problems = soundProblems(settings);
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
  return settings;
}

/** The settings of a recipe's `features.sound`; undefined where the samples are read as they are. */
export function recipeSound(sound: RecipeSound): SoundSettings | undefined {
  return sound.kind === 'samples' ? undefined : soundSettings(sound as SoundOptions);
}

/** What a recipe's `features.sound` allows but not all of it together. */
export function recipeSoundProblems(sound: RecipeSound): string[] {
  return sound.kind === 'samples' ? [] : soundProblems(filledIn(sound as SoundOptions));
}

function filledIn({ mfcc, pcen, transform, highest, ...given }: SoundOptions): SoundSettings {
  const settings = { ...paperSound, ...given };
  const { kind, rate } = settings;
  return {
    ...settings,
    transform: transform ?? powerOfTwoAbove(soundLengths(settings).window),
    highest: highest ?? rate / 2,
    ...(kind === 'mfcc' && { mfcc: { ...usualCepstrum, ...mfcc } }),
    ...(kind === 'pcen' && { pcen: { ...usualPcen, ...pcen } }),
  };
}

/** Samples of a window, and from the start of one window to the start of the next. */
export function soundLengths({ rate, window, hop }: Pick<SoundSettings, 'rate' | 'window' | 'hop'>): {
  readonly window: number;
  readonly hop: number;
} {
  return { window: Math.round((window * rate) / 1000), hop: Math.round((hop * rate) / 1000) };
}

/** What each setting allows but not all of them together, a line each that begins with the setting's name. */
export function soundProblems(settings: SoundSettings): string[] {
  const { rate, transform, lowest, highest, filters, mfcc } = settings;
  const { window, hop } = soundLengths(settings);
  const problems: string[] = [];
  if (window < 2) problems.push(`window: ${settings.window} ms at ${rate} Hz are ${window} samples; there must be two`);
  if (hop < 1) problems.push(`hop: ${settings.hop} ms at ${rate} Hz are no sample; take a longer one`);
  if (hop > window)
    problems.push(
      `hop: ${settings.hop} ms leave out samples between windows of ${settings.window} ms; take window or less`,
    );
  if (!Number.isInteger(transform) || transform < 4 || (transform & (transform - 1)) !== 0) {
    problems.push(`transform: must be a power of two, not ${transform}; ${powerOfTwoAbove(window)} holds a window`);
  } else if (transform < window) {
    problems.push(
      `transform: ${transform} doesn't hold a window of ${window} samples; ${powerOfTwoAbove(window)} does`,
    );
  }
  if (highest > rate / 2)
    problems.push(`highest: ${highest} Hz; a rate of ${rate} Hz holds frequencies up to ${rate / 2} Hz`);
  if (lowest >= highest) problems.push(`lowest: ${lowest} Hz; must be below highest, ${highest} Hz`);
  if (mfcc && mfcc.coefficients > filters) {
    problems.push(
      `mfcc.coefficients: ${mfcc.coefficients} of ${filters} filters; take as many as there are filters or fewer`,
    );
  }
  if (settings.arithmetic === 'integer') {
    problems.push(...integerSoundProblems(settings).map((problem) => `${problem}, or arithmetic float`));
  }
  return problems;
}

/** The lengths of transforms that integer arithmetic has. */
const integerTransforms = { shortest: 8, longest: 2048 } as const;

/** What of the settings only float arithmetic has, a line each that begins with the setting's name and ends with what to take instead. */
export function integerSoundProblems({ kind, deltas, transform }: SoundSettings): string[] {
  const { shortest, longest } = integerTransforms;
  const problems: string[] = [];
  if (kind === 'pcen') problems.push('kind: pcen has no integer arithmetic; take logMel or mfcc');
  if (deltas !== 0) problems.push(`deltas: ${deltas}; integer arithmetic has none, take 0`);
  if (transform < shortest || transform > longest) {
    problems.push(
      `transform: ${transform} samples; integer arithmetic has ${shortest} to ${longest}, take one of these`,
    );
  }
  return problems;
}

function powerOfTwoAbove(samples: number): number {
  let length = 4;
  while (length < samples) length *= 2;
  return length;
}
