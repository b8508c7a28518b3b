import { cos, exp, ln } from '../math/light.js';
import type { WindowShape } from '../recipe/light.js';

/**
 * The factors of a window's samples, [length], symmetric: both ends alike, as NumPy's and Kaldi's are.
 * hann: 1/2 - 1/2 cos(2 pi n / (length - 1)); hamming: 0.54 - 0.46 cos(...); povey: hann^0.85.
 */
export function windowOf(shape: WindowShape, length: number): Float64Array {
  return Float64Array.from({ length }, (_, n) => {
    const wave = cos((2 * Math.PI * Math.min(n, length - 1 - n)) / (length - 1));
    if (shape === 'rectangular') return 1;
    if (shape === 'hamming') return 0.54 - 0.46 * wave;
    const hann = Math.max(0, 0.5 - 0.5 * wave);
    return shape === 'hann' ? hann : exp(0.85 * ln(hann));
  });
}
