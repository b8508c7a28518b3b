/** How the recurrent matrix U [H, H] is made. */
export const RECURRENCES = ['dense', 'oRNN', 'SpectralRNN', 'FactoredRNN', 'EURNN'] as const;

/** What an architecture says of its recurrent matrix; each recurrence has defaults for what it needs. */
export interface RecurrenceFields {
  /** Default dense: a matrix, or two factors where uRank says so. */
  readonly recurrence?: (typeof RECURRENCES)[number];
  /** oRNN and SpectralRNN: reflectors of each orthogonal matrix, 1 to H. Default 16, or H where that is less. */
  readonly reflectors?: number;
  /** SpectralRNN and FactoredRNN: singular values lie within 1 +- spectralMargin, from 0 (all are 1) to 1. Default 0.1. */
  readonly spectralMargin?: number;
  /** FactoredRNN: how its factors are kept orthogonal, by steps along the manifold of orthogonal matrices (the default) or by a penalty. */
  readonly orthogonality?: 'geodesic' | 'soft';
  /** FactoredRNN with soft orthogonality: the penalty's weight. Default 0.01. */
  readonly orthogonalityWeight?: number;
  /** EURNN: which units a layer of rotations pairs. Default tunable: neighbours. */
  readonly arrangement?: 'tunable' | 'fft';
  /** EURNN in the tunable arrangement: layers of rotations, 1 to H / 2. Default 2. */
  readonly capacity?: number;
}

/** A recurrence with all that it needs. */
export type Recurrence =
  | { readonly kind: 'dense' }
  | { readonly kind: 'oRNN'; readonly reflectors: number }
  | { readonly kind: 'SpectralRNN'; readonly reflectors: number; readonly margin: number }
  | {
      readonly kind: 'FactoredRNN';
      readonly margin: number;
      readonly orthogonality: 'geodesic' | 'soft';
      readonly weight: number;
    }
  | {
      readonly kind: 'EURNN';
      readonly arrangement: 'tunable' | 'fft';
      readonly units: number;
      readonly layers: number;
    };

/** A tensor of a recurrence: its name begins with U. */
export interface RecurrenceTensor {
  readonly name: string;
  readonly role: 'transform';
  readonly shape: readonly number[];
}

/** The recurrence of an architecture, with its defaults. Of a low-rank U, dense. */
export function recurrenceOf(arch: RecurrenceFields & { readonly hiddenSize: number }): Recurrence {
  const { recurrence: kind = 'dense', hiddenSize, spectralMargin: margin = 0.1 } = arch;
  const reflectors = arch.reflectors ?? Math.min(16, hiddenSize);
  if (kind === 'oRNN') return { kind, reflectors };
  if (kind === 'SpectralRNN') return { kind, reflectors, margin };
  if (kind === 'FactoredRNN') {
    const { orthogonality = 'geodesic', orthogonalityWeight: weight = 0.01 } = arch;
    return { kind, margin, orthogonality, weight };
  }
  if (kind === 'EURNN') {
    const { arrangement = 'tunable', capacity = 2 } = arch;
    const units = Math.floor(hiddenSize / 2);
    return { kind, arrangement, units, layers: arrangement === 'fft' ? depthOf(units) : capacity };
  }
  return { kind };
}

/** log2 of a power of two; NaN of other numbers. */
function depthOf(units: number): number {
  let depth = 0;
  for (let n = units; n > 1; n /= 2) depth++;
  return 1 << depth === units ? depth : NaN;
}

/**
 * The learnt tensors of a recurrence that is not dense.
 * - oRNN: UReflectors [m, H], a reflector a row, with zeros before the row's own number
 * - SpectralRNN: ULeftReflectors and URightReflectors [m, H], and USingular [H], before the sigmoid
 * - FactoredRNN: ULeft and URight [H, H], and USingular [H]
 * - EURNN: UTheta and UPhi [layers, units / 2], and UOmega [units], angles in radians
 */
export function recurrenceTensors(recurrence: Recurrence, hiddenSize: number): RecurrenceTensor[] {
  const tensor = (name: string, ...shape: number[]): RecurrenceTensor => ({ name, role: 'transform', shape });
  switch (recurrence.kind) {
    case 'dense':
      return [];
    case 'oRNN':
      return [tensor('UReflectors', recurrence.reflectors, hiddenSize)];
    case 'SpectralRNN':
      return [
        ...['ULeftReflectors', 'URightReflectors'].map((name) => tensor(name, recurrence.reflectors, hiddenSize)),
        tensor('USingular', hiddenSize),
      ];
    case 'FactoredRNN':
      return [
        ...['ULeft', 'URight'].map((name) => tensor(name, hiddenSize, hiddenSize)),
        tensor('USingular', hiddenSize),
      ];
    case 'EURNN': {
      const { units, layers } = recurrence;
      return [
        ...['UTheta', 'UPhi'].map((name) => tensor(name, layers, Math.floor(units / 2))),
        tensor('UOmega', units),
      ];
    }
  }
}

/** Which fields belong to which recurrences. */
const OWNERS: Readonly<Record<Exclude<keyof RecurrenceFields, 'recurrence'>, readonly string[]>> = {
  reflectors: ['oRNN', 'SpectralRNN'],
  spectralMargin: ['SpectralRNN', 'FactoredRNN'],
  orthogonality: ['FactoredRNN'],
  orthogonalityWeight: ['FactoredRNN'],
  arrangement: ['EURNN'],
  capacity: ['EURNN'],
};

/** What is wrong with the fields of a recurrence, each as field and complaint; [] when all is well. */
export function recurrenceProblems(
  arch: RecurrenceFields & { readonly cell: string; readonly hiddenSize: number; readonly uRank: number },
): { readonly field: string; readonly problem: string }[] {
  const { recurrence: kind = 'dense', hiddenSize, uRank, cell } = arch;
  const problems: { field: string; problem: string }[] = [];
  const wrong = (field: string, problem: string) => problems.push({ field, problem });
  if (!RECURRENCES.includes(kind)) {
    wrong('recurrence', `is ${String(kind)}: must be one of ${RECURRENCES.join(', ')}`);
    return problems;
  }
  for (const [field, kinds] of Object.entries(OWNERS)) {
    if (arch[field as keyof RecurrenceFields] !== undefined && !kinds.includes(kind)) {
      wrong(field, `is for ${kinds.join(' and ')}, not for ${kind}; take it out or set recurrence`);
    }
  }
  if (kind === 'dense' || problems.length > 0) return problems;
  const whole = (field: 'reflectors' | 'capacity', value: number, most: number) => {
    if (!Number.isInteger(value) || value < 1 || value > most) {
      wrong(field, `is ${value}: must be an integer from 1 to ${most} for ${hiddenSize} hidden units`);
    }
  };
  if (uRank > 0) wrong('uRank', `is ${uRank}, but ${kind} makes U in its own way; set it to 0`);
  if (kind !== 'EURNN' && (cell === 'UGRNN' || cell === 'GRU' || cell === 'LSTM')) {
    wrong(
      'recurrence',
      `is ${kind}, which makes one U; ${cell} has one for each gate; use RNN, FastRNN, FastRNN-vector or FastGRNN`,
    );
  }
  const recurrence = recurrenceOf(arch);
  if ('reflectors' in recurrence) whole('reflectors', recurrence.reflectors, hiddenSize);
  if ('margin' in recurrence && !(recurrence.margin >= 0 && recurrence.margin <= 1)) {
    wrong('spectralMargin', `is ${recurrence.margin}: must be a number from 0 to 1`);
  }
  if (recurrence.kind === 'FactoredRNN') {
    const { orthogonality, weight } = recurrence;
    if (!['geodesic', 'soft'].includes(orthogonality)) {
      wrong('orthogonality', `is ${String(orthogonality)}: must be one of geodesic, soft`);
    }
    if (!(weight >= 0 && Number.isFinite(weight))) {
      wrong('orthogonalityWeight', `is ${weight}: must be a number from 0 on`);
    }
    if (arch.orthogonalityWeight !== undefined && orthogonality !== 'soft') {
      wrong('orthogonalityWeight', 'is for soft orthogonality; take it out or set orthogonality');
    }
  }
  if (recurrence.kind === 'EURNN') {
    const { arrangement, layers } = recurrence;
    if (cell !== 'FastRNN' && cell !== 'RNN')
      wrong('recurrence', `is EURNN, whose units are complex: those of ${cell} are not; use RNN or FastRNN`);
    if (!['tunable', 'fft'].includes(arrangement)) {
      wrong('arrangement', `is ${String(arrangement)}: must be one of tunable, fft`);
    }
    if (hiddenSize % 2 !== 0 || hiddenSize < 4) {
      wrong(
        'hiddenSize',
        `is ${hiddenSize}: EURNN's complex units are pairs of numbers; it must be even, and 4 or more`,
      );
    } else if (arrangement === 'fft') {
      if (!Number.isInteger(layers)) {
        wrong('hiddenSize', `is ${hiddenSize}: the fft arrangement needs a power of two`);
      }
      if (arch.capacity !== undefined) wrong('capacity', 'is for the tunable arrangement: fft has log2 of the units');
    } else whole('capacity', layers, recurrence.units);
  }
  return problems;
}
