import { nonlinearityNumber, type Nonlinearity } from './nonlinearity.js';
import type { Matrix, Operand } from './operand.js';
import { ProgramWords } from './program-words.js';

/** What the passes of cells with several gates share. */
interface GatePass {
  rows: number;
  hidden: number;
  gate: Nonlinearity;
  update: Nonlinearity;
  /** The first gate's matrix; each next one lies `distance` words on. */
  a: Matrix;
  distance: number;
  previous: Matrix;
}

function gateSizes(o: GatePass): number[] {
  return [o.rows, o.hidden, o.a.stride, nonlinearityNumber(o.gate), nonlinearityNumber(o.update), o.distance];
}

/** The cells' own passes over a time step, forwards and backwards. Every operation's meaning is told beside its C function. */
export class CellPasses extends ProgramWords {
  /** One step of FastGRNN: see kernels/fastgrnn.c. z holds W x + U h' on entry. zeta, nu: [hidden]. */
  fastgrnnForward(o: {
    rows: number;
    hidden: number;
    gate: Nonlinearity;
    update: Nonlinearity;
    z: Matrix;
    c: Matrix;
    previous: Matrix;
    h: Matrix;
    biasGate: Operand;
    biasUpdate: Operand;
    zeta: Operand;
    nu: Operand;
  }): this {
    const kinds = [nonlinearityNumber(o.gate), nonlinearityNumber(o.update)];
    const operands = [o.z, o.c, o.previous, o.h, o.biasGate, o.biasUpdate, o.zeta, o.nu];
    return this.write('fastgrnnForward', [o.rows, o.hidden, o.z.stride, ...kinds], operands);
  }

  /** One step of FastGRNN backwards. c becomes the gradient of W x + U h'; dh that of h', but for the way through U. */
  fastgrnnBackward(o: {
    rows: number;
    hidden: number;
    gate: Nonlinearity;
    update: Nonlinearity;
    z: Matrix;
    c: Matrix;
    previous: Matrix;
    dh: Matrix;
    zeta: Operand;
    nu: Operand;
    columns: Matrix;
  }): this {
    const kinds = [nonlinearityNumber(o.gate), nonlinearityNumber(o.update)];
    const operands = [o.z, o.c, o.previous, o.dh, o.zeta, o.nu, o.columns];
    return this.write('fastgrnnBackward', [o.rows, o.hidden, o.z.stride, ...kinds], operands);
  }

  /** One step of FastRNN: see kernels/fastrnn.c. c holds W x + U h' on entry. scalars: alpha, beta. */
  fastrnnForward(o: {
    rows: number;
    hidden: number;
    update: Nonlinearity;
    c: Matrix;
    previous: Matrix;
    h: Matrix;
    bias: Operand;
    scalars: Operand;
  }): this {
    const sizes = [o.rows, o.hidden, o.c.stride, nonlinearityNumber(o.update)];
    return this.write('fastrnnForward', sizes, [o.c, o.previous, o.h, o.bias, o.scalars]);
  }

  /** One step of FastRNN backwards. c becomes the gradient of W x + U h'; dh that of h', but for the way through U. */
  fastrnnBackward(o: {
    rows: number;
    hidden: number;
    update: Nonlinearity;
    c: Matrix;
    previous: Matrix;
    dh: Matrix;
    scalars: Operand;
    columns: Matrix;
  }): this {
    const sizes = [o.rows, o.hidden, o.c.stride, nonlinearityNumber(o.update)];
    return this.write('fastrnnBackward', sizes, [o.c, o.previous, o.dh, o.scalars, o.columns]);
  }

  /** One step of a cell of complex units: see kernels/modrelu.c. a: W x + U h' [rows][2 units]. scalars: alpha, beta. */
  modreluForward(o: {
    rows: number;
    units: number;
    a: Matrix;
    previous: Matrix;
    h: Matrix;
    bias: Operand;
    scalars: Operand;
  }): this {
    return this.write('modreluForward', [o.rows, o.units, o.a.stride], [o.a, o.previous, o.h, o.bias, o.scalars]);
  }

  /** One step of such a cell backwards. a becomes the gradient of W x + U h'; dh that of h', but for the way through U. */
  modreluBackward(o: {
    rows: number;
    units: number;
    a: Matrix;
    previous: Matrix;
    dh: Matrix;
    bias: Operand;
    scalars: Operand;
    columns: Matrix;
  }): this {
    const operands = [o.a, o.previous, o.dh, o.bias, o.scalars, o.columns];
    return this.write('modreluBackward', [o.rows, o.units, o.a.stride], operands);
  }

  /** beta[length] <- zeta (1 - alpha) + nu of FastRNN-vector. scalars: zeta, nu. */
  vectorResidual(o: { length: number; alpha: Operand; scalars: Operand; beta: Operand }): this {
    return this.write('vectorResidual', [o.length], [o.alpha, o.scalars, o.beta]);
  }

  /** Its way back: see kernels/fastrnn.c. columns: [4][length]. */
  vectorResidualBackward(o: { length: number; alpha: Operand; scalars: Operand; columns: Matrix }): this {
    return this.write('vectorResidualBackward', [o.length, o.columns.stride], [o.alpha, o.scalars, o.columns]);
  }

  /** One step of FastRNN-vector: see kernels/fastrnn.c. c holds W x + U h' on entry. alpha, beta: [hidden]. */
  fastrnnVectorForward(o: {
    rows: number;
    hidden: number;
    update: Nonlinearity;
    c: Matrix;
    previous: Matrix;
    h: Matrix;
    bias: Operand;
    alpha: Operand;
    beta: Operand;
  }): this {
    const sizes = [o.rows, o.hidden, o.c.stride, nonlinearityNumber(o.update)];
    return this.write('fastrnnVectorForward', sizes, [o.c, o.previous, o.h, o.bias, o.alpha, o.beta]);
  }

  /** One step of FastRNN-vector backwards. c becomes the gradient of W x + U h'; dh that of h', but for the way through U. */
  fastrnnVectorBackward(o: {
    rows: number;
    hidden: number;
    update: Nonlinearity;
    c: Matrix;
    previous: Matrix;
    dh: Matrix;
    alpha: Operand;
    beta: Operand;
    columns: Matrix;
  }): this {
    const sizes = [o.rows, o.hidden, o.c.stride, nonlinearityNumber(o.update)];
    return this.write('fastrnnVectorBackward', sizes, [o.c, o.previous, o.dh, o.alpha, o.beta, o.columns]);
  }

  /** One step of the RNN: see kernels/rnn.c. a holds W x + U h'. */
  rnnForward(o: { rows: number; hidden: number; update: Nonlinearity; a: Matrix; h: Matrix; bias: Operand }): this {
    return this.write('rnnForward', [o.rows, o.hidden, o.a.stride, nonlinearityNumber(o.update)], [o.a, o.h, o.bias]);
  }

  /** One step of the RNN backwards. a becomes the gradient of W x + U h'; dh becomes 0. */
  rnnBackward(o: {
    rows: number;
    hidden: number;
    update: Nonlinearity;
    a: Matrix;
    h: Matrix;
    dh: Matrix;
    columns: Matrix;
  }): this {
    const sizes = [o.rows, o.hidden, o.a.stride, nonlinearityNumber(o.update)];
    return this.write('rnnBackward', sizes, [o.a, o.h, o.dh, o.columns]);
  }

  /** One step of UGRNN: see kernels/ugrnn.c. The matrices of a hold W x + U h' on entry. bias: [2][hidden]. */
  ugrnnForward(o: GatePass & { h: Matrix; bias: Operand }): this {
    return this.write('ugrnnForward', gateSizes(o), [o.a, o.previous, o.h, o.bias]);
  }

  /** One step of UGRNN backwards. a becomes the gradients of W x + U h'; dh that of h', but for the way through U. */
  ugrnnBackward(o: GatePass & { dh: Matrix; columns: Matrix }): this {
    return this.write('ugrnnBackward', gateSizes(o), [o.a, o.previous, o.dh, o.columns]);
  }

  /** One step of the GRU whose reset gate comes after the product: see kernels/gru.c. bias: [4][hidden]. */
  gruForward(o: GatePass & { h: Matrix; bias: Operand }): this {
    return this.write('gruForward', gateSizes(o), [o.a, o.previous, o.h, o.bias]);
  }

  /** The same backwards. a becomes the gradients of its four; dh that of h', but for the way through U. */
  gruBackward(o: GatePass & { dh: Matrix; columns: Matrix }): this {
    return this.write('gruBackward', gateSizes(o), [o.a, o.previous, o.dh, o.columns]);
  }

  /** The reset gate of a GRU where it comes before the product: q <- r h'; see kernels/gru.c. */
  resetForward(o: {
    rows: number;
    hidden: number;
    gate: Nonlinearity;
    r: Matrix;
    previous: Matrix;
    q: Matrix;
    bias: Operand;
  }): this {
    const sizes = [o.rows, o.hidden, o.r.stride, nonlinearityNumber(o.gate)];
    return this.write('resetForward', sizes, [o.r, o.previous, o.q, o.bias]);
  }

  /** The same backwards. r becomes the gradient of W x + U h'; to dh is added what goes through q. */
  resetBackward(o: {
    rows: number;
    hidden: number;
    gate: Nonlinearity;
    r: Matrix;
    previous: Matrix;
    dq: Matrix;
    dh: Matrix;
    columns: Operand;
  }): this {
    const sizes = [o.rows, o.hidden, o.r.stride, nonlinearityNumber(o.gate)];
    return this.write('resetBackward', sizes, [o.r, o.previous, o.dq, o.dh, o.columns]);
  }

  /** One step of the LSTM: see kernels/lstm.c. previous: c', which the step's c follows. bias: [4][hidden]. */
  lstmForward(o: GatePass & { squashed: Matrix; h: Matrix; bias: Operand }): this {
    return this.write('lstmForward', gateSizes(o), [o.a, o.previous, o.squashed, o.h, o.bias]);
  }

  /** The same backwards. a becomes the gradients of W x + U h'; dh becomes 0, dc the gradient of c'. */
  lstmBackward(o: GatePass & { squashed: Matrix; dh: Matrix; dc: Matrix; columns: Matrix }): this {
    return this.write('lstmBackward', gateSizes(o), [o.a, o.previous, o.squashed, o.dh, o.dc, o.columns]);
  }
}
