import { rowStride, type Layout, type Matrix, type ProgramBuilder } from '../../kernels/index.js';
import type { Places } from '../places.js';
import type { Transform } from './materialised.js';
import { SingularValues, type Factor } from './singular-values.js';

const NAMES = ['ULeft', 'URight'] as const;

/**
 * The U of a FactoredRNN (Vorontsov et al. 2017): A diag(s) B^T, where A and B are parameters themselves. What keeps them orthogonal is the
 * optimiser's (orthogonality.ts).
 */
export class Factored implements Transform {
  readonly matrix: Matrix;
  readonly gradient: Matrix;
  private readonly product: SingularValues;
  private readonly factors: readonly Factor[];
  private readonly places: Places;
  private readonly size: number;

  constructor(o: { layout: Layout; places: Places; margin: number; size: number; training: boolean }) {
    const { layout, places, size, training } = o;
    const factors = NAMES.map((name) => ({
      matrix: { ...places.parameter(name), stride: size },
      gradient: layout.matrix(training ? size : 0, rowStride(size)),
    }));
    const p = { parameter: places.parameter('USingular'), gradient: places.gradientOf('USingular') };
    this.product = new SingularValues({ ...o, a: factors[0], b: factors[1], p });
    this.factors = factors;
    this.places = places;
    this.size = size;
    this.matrix = this.product.matrix;
    this.gradient = this.product.gradient;
  }

  materialise(program: ProgramBuilder): void {
    this.product.materialise(program);
  }

  pullBack(program: ProgramBuilder): void {
    this.product.pullBack(program);
    const shape = { rows: this.size, columns: this.size, rowStride: this.size, columnStride: 1 };
    this.factors.forEach(({ gradient: source }, i) =>
      program.unpack({ ...shape, source, target: this.places.gradientOf(NAMES[i]) }),
    );
  }
}
