import type { Layout, ProgramBuilder } from '../../kernels/index.js';
import type { Places } from '../places.js';
import type { Transform } from './materialised.js';
import { Reflectors } from './reflectors.js';
import { SingularValues } from './singular-values.js';

/** The U of a SpectralRNN (Zhang et al. 2018): A diag(s) B^T, where reflectors make A and B. */
export class Spectral implements Transform {
  readonly matrix;
  readonly gradient;
  private readonly a: Reflectors;
  private readonly b: Reflectors;
  private readonly product: SingularValues;

  constructor(o: {
    layout: Layout;
    places: Places;
    reflectors: number;
    margin: number;
    size: number;
    training: boolean;
  }) {
    const { places } = o;
    const [a, b] = ['ULeftReflectors', 'URightReflectors'].map(
      (name) => new Reflectors({ ...o, parameter: places.parameter(name), gradient: places.gradientOf(name) }),
    );
    const p = { parameter: places.parameter('USingular'), gradient: places.gradientOf('USingular') };
    this.product = new SingularValues({ ...o, a, b, p });
    this.a = a;
    this.b = b;
    this.matrix = this.product.matrix;
    this.gradient = this.product.gradient;
  }

  materialise(program: ProgramBuilder): void {
    this.a.materialise(program);
    this.b.materialise(program);
    this.product.materialise(program);
  }

  pullBack(program: ProgramBuilder): void {
    this.product.pullBack(program);
    this.a.pullBack(program);
    this.b.pullBack(program);
  }
}
