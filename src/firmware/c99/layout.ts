import { tablesOf, type IntegerMatrix, type IntegerNetwork } from '../../integer/index.js';
import { smallerForm, type MatrixForm } from '../rows.js';

/** A matrix as the exported C names and stores it. */
export interface CMatrix {
  /** Table's name without prefix, e.g. `w2`. */
  readonly name: string;
  readonly matrix: IntegerMatrix;
  readonly form: MatrixForm;
  /** Rounding shift after each row. */
  readonly shift: number;
}

/** Everything that the parts of the exported C need to know. */
export interface CLayout {
  readonly network: IntegerNetwork;
  readonly prefix: string;
  /** The prefix in upper case, for macros. */
  readonly upper: string;
  readonly w2: CMatrix | undefined;
  readonly w1: CMatrix;
  readonly u2: CMatrix | undefined;
  readonly u1: CMatrix;
  readonly classifier: CMatrix;
  /** Which row functions the source needs. */
  readonly forms: ReadonlySet<MatrixForm>;
  /** The table of tokens. */
  readonly embedding: IntegerMatrix | undefined;
  readonly gated: boolean;
  /** What its nonlinearities interpolate in. */
  readonly tables: readonly Int16Array[];
}

export function layoutOf(network: IntegerNetwork, prefix: string): CLayout {
  const place = (name: string, matrix: IntegerMatrix, shift: number): CMatrix => ({
    name,
    matrix,
    shift,
    form: smallerForm(matrix, network.storage),
  });
  const gated = network.cell === 'FastGRNN';
  const matrices = {
    w2: network.w2 && place('w2', network.w2, network.w2Shift),
    w1: place(network.w2 ? 'w1' : 'w', network.w1, network.w1Shift),
    u2: network.u2 && place('u2', network.u2, network.u2Shift),
    u1: place(network.u2 ? 'u1' : 'u', network.u1, network.u1Shift),
    classifier: place('classifier', network.classifier, 0),
  };
  return {
    network,
    prefix,
    upper: prefix.toUpperCase(),
    gated,
    embedding: network.embedding,
    ...matrices,
    forms: new Set(Object.values(matrices).flatMap((m) => (m ? [m.form] : []))),
    tables: tablesOf(network),
  };
}
