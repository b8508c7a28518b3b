import { rowStride, type Layout, type Matrix, type Operand, type ProgramBuilder } from '../../kernels/index.js';
import type { Places } from '../places.js';
import type { Transform } from './materialised.js';

/**
 * The U of an EURNN (Jing et al. 2017): unitary, from phases and layers of rotations. kernels/unitary.c has the equations and
 * both passes. As a real matrix it is [2 units][2 units], over states that hold the real parts of all units, then the imaginary ones.
 */
export class Unitary implements Transform {
  readonly matrix: Matrix;
  readonly gradient: Matrix;
  private readonly shape: { readonly units: number; readonly layers: number; readonly fft: boolean };
  private readonly places: Places;
  private readonly waves: Operand;

  constructor(o: {
    layout: Layout;
    places: Places;
    units: number;
    layers: number;
    arrangement: 'tunable' | 'fft';
    training: boolean;
  }) {
    const { layout, places, units, layers, arrangement, training } = o;
    this.places = places;
    this.shape = { units, layers, fft: arrangement === 'fft' };
    this.matrix = layout.matrix(2 * units, rowStride(2 * units));
    this.gradient = layout.matrix(training ? 2 * units : 0, rowStride(2 * units));
    this.waves = layout.vector(4 * layers * Math.floor(units / 2) + 2 * units);
  }

  materialise(program: ProgramBuilder): void {
    const { shape, places, waves, matrix: u } = this;
    const [theta, phi, omega] = ['UTheta', 'UPhi', 'UOmega'].map((name) => places.parameter(name));
    program.unitaryForward({ ...shape, theta, phi, omega, waves, u });
  }

  pullBack(program: ProgramBuilder): void {
    const { shape, places, waves, matrix: u, gradient: du } = this;
    const [dtheta, dphi, domega] = ['UTheta', 'UPhi', 'UOmega'].map((name) => places.gradientOf(name));
    program.unitaryBackward({ ...shape, waves, u, du, dtheta, dphi, domega });
  }
}
