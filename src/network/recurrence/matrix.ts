import { cos, lowRankProduct, sigmoid, sin } from '../../math/light.js';
import { tensorsByName, tensorsOf, type Architecture } from '../architecture.js';
import { recurrenceOf } from './recurrence.js';

/**
 * The recurrent matrix U [H, H], row-major, of any recurrence, in float64 and straight from its definition: what analyses read, and
 * what goes down to a device. Of an EURNN it is the real matrix that acts on [Re h | Im h]; of a low-rank U, U1 U2^T.
 *
 * @param tensor a tensor's values by the name that it has in its cell, `local` of `tensorsOf`: in a stack each cell has a U of its own
 */
export function recurrentMatrix(arch: Architecture, tensor: (name: string) => ArrayLike<number>): Float64Array {
  const { hiddenSize: n, uRank } = arch;
  const recurrence = recurrenceOf(arch);
  switch (recurrence.kind) {
    case 'dense':
      return uRank === 0 ? Float64Array.from(tensor('U')) : lowRankProduct(tensor('U1'), tensor('U2'), n, n, uRank);
    case 'oRNN':
      return reflected(tensor('UReflectors'), recurrence.reflectors, n);
    case 'SpectralRNN': {
      const [a, b] = ['ULeftReflectors', 'URightReflectors'].map((name) =>
        reflected(tensor(name), recurrence.reflectors, n),
      );
      return withSingularValues(a, b, tensor('USingular'), recurrence.margin);
    }
    case 'FactoredRNN':
      return withSingularValues(tensor('ULeft'), tensor('URight'), tensor('USingular'), recurrence.margin);
    case 'EURNN':
      return unitary(recurrence, tensor('UTheta'), tensor('UPhi'), tensor('UOmega'));
  }
}

/** The architecture of `withPlainMatrix`. */
export function plainArchitecture(arch: Architecture): Architecture {
  const {
    recurrence,
    reflectors: _,
    spectralMargin: __,
    orthogonality: ___,
    orthogonalityWeight: ____,
    ...rest
  } = arch;
  return recurrence === undefined || recurrence === 'dense' || recurrence === 'EURNN' ? arch : rest;
}

/**
 * The same network with U as a plain matrix, whatever it was made of: what goes down to a device. A network whose U is a parameter, or
 * of low rank, stays as it is. An EURNN keeps its recurrence, which says that its units are complex.
 *
 * @param parameters all parameters, in the order of `tensorsOf`
 */
export function withPlainMatrix(
  arch: Architecture,
  parameters: Float32Array | Float64Array,
): { architecture: Architecture; parameters: Float32Array | Float64Array } {
  const rest = plainArchitecture(arch);
  if (rest === arch) return { architecture: arch, parameters };
  const tensors = tensorsByName(arch, parameters);
  const tensor = (name: string) => tensors.get(name) ?? new Float64Array();
  const plain = tensorsOf(rest);
  const result = new Float64Array(plain.reduce((sum, { size }) => sum + size, 0));
  for (const { name, local, offset } of plain) {
    const prefix = name.slice(0, name.length - local.length);
    result.set(local === 'U' ? recurrentMatrix(arch, (own) => tensor(prefix + own)) : tensor(name), offset);
  }
  return { architecture: rest, parameters: result };
}

/** H(v_1) H(v_2) ... H(v_m) of the rows of v [m, n], one reflection after the other. */
function reflected(v: ArrayLike<number>, m: number, n: number): Float64Array {
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let r = m - 1; r >= 0; r--) {
    let square = 0;
    for (let i = 0; i < n; i++) square += v[r * n + i] * v[r * n + i];
    for (let j = 0; j < n; j++) {
      let along = 0;
      for (let i = 0; i < n; i++) along += v[r * n + i] * q[i * n + j];
      for (let i = 0; i < n; i++) q[i * n + j] -= (2 * along * v[r * n + i]) / square;
    }
  }
  return q;
}

/** A diag(s) B^T with s = 1 + 2 margin (sigmoid(p) - 1/2). */
function withSingularValues(a: ArrayLike<number>, b: ArrayLike<number>, p: ArrayLike<number>, margin: number) {
  const n = p.length;
  const scaled = Float64Array.from(a, (x, i) => x * (1 + 2 * margin * (sigmoid(p[i % n]) - 0.5)));
  return lowRankProduct(scaled, b, n, n, n);
}

/** F_1 ... F_L D: row operations on complex numbers, whose real and imaginary parts stand apart. */
function unitary(
  o: { readonly units: number; readonly layers: number; readonly arrangement: 'tunable' | 'fft' },
  theta: ArrayLike<number>,
  phi: ArrayLike<number>,
  omega: ArrayLike<number>,
): Float64Array {
  const { units: n, layers, arrangement } = o;
  const re = Array.from({ length: n }, (_, i) => new Float64Array(n).fill(cos(omega[i]), i, i + 1));
  const im = Array.from({ length: n }, (_, i) => new Float64Array(n).fill(sin(omega[i]), i, i + 1));
  const half = Math.floor(n / 2);
  for (let layer = layers - 1; layer >= 0; layer--) {
    pairsOf(arrangement, n, layer).forEach(([i, j], q) => {
      const [t, p] = [theta[layer * half + q], phi[layer * half + q]];
      for (let k = 0; k < n; k++) {
        const [xr, xi, yr, yi] = [re[i][k], im[i][k], re[j][k], im[j][k]];
        const [r, s] = [cos(t) * xr - sin(t) * yr, cos(t) * xi - sin(t) * yi];
        re[i][k] = cos(p) * r - sin(p) * s;
        im[i][k] = sin(p) * r + cos(p) * s;
        re[j][k] = sin(t) * xr + cos(t) * yr;
        im[j][k] = sin(t) * xi + cos(t) * yi;
      }
    });
  }
  const u = new Float64Array(4 * n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      u[i * 2 * n + j] = u[(n + i) * 2 * n + n + j] = re[i][j];
      u[(n + i) * 2 * n + j] = im[i][j];
      u[i * 2 * n + n + j] = -im[i][j];
    }
  }
  return u;
}

/** The units that a layer of rotations pairs, in the order of its angles. */
function pairsOf(arrangement: 'tunable' | 'fft', units: number, layer: number): [number, number][] {
  const pairs: [number, number][] = [];
  if (arrangement === 'tunable') {
    for (let i = layer % 2; i + 1 < units; i += 2) pairs.push([i, i + 1]);
    return pairs;
  }
  const distance = units >> (layer + 1);
  for (let first = 0; first < units; first += 2 * distance) {
    for (let i = first; i < first + distance; i++) pairs.push([i, i + distance]);
  }
  return pairs;
}
