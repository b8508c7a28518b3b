import { cos, sin } from '../math/light.js';
import type { CepstrumSettings } from '../recipe/light.js';

/**
 * The matrix that makes cepstral coefficients of log mel energies, [coefficients][filters]: the orthonormal discrete cosine
 * transform, DCT-II, whose row n is weighted by 1 + L / 2 sin(pi n / L).
 */
export function cepstrumMatrix({ coefficients, lifter }: CepstrumSettings, filters: number): Float64Array {
  const matrix = new Float64Array(coefficients * filters);
  for (let n = 0; n < coefficients; n++) {
    const lift = lifter > 0 ? 1 + (lifter / 2) * sin((Math.PI * n) / lifter) : 1;
    const scale = Math.sqrt((n === 0 ? 1 : 2) / filters) * lift;
    for (let f = 0; f < filters; f++) {
      const turns = (n * (2 * f + 1)) % (4 * filters); // of a circle of 4 filters
      matrix[n * filters + f] = scale * cos((Math.PI * turns) / (2 * filters));
    }
  }
  return matrix;
}
