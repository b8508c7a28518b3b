import { ln } from '../math/index.js';
import { largest, steepest } from './derivatives.js';
import { frobenius, type Parameters } from './parameters.js';

/** What the theorems' right-hand sides are made of, beside the network itself. */
export interface TheoremFacts {
  /** T */
  readonly steps: number;
  /** n, training recordings. */
  readonly recordings: number;
  /** R_x: the largest norm of a step's normalised input. */
  readonly inputNorm: number;
  /** M: steps of the optimiser. */
  readonly iterations: number;
  /** L(theta_0): the mean loss of the initial network on the training recordings. */
  readonly initialLoss: number;
  /** Mean loss of the trained network on the training recordings. */
  readonly trainingLoss: number;
  /** ||U||_2 */
  readonly spectralNorm: number;
}

/** 1 less this is the probability of Theorem 3.2. */
const delta = 0.05;

/** The right-hand sides of Theorems 3.1 and 3.2 for a trained FastRNN, and what they are made of. */
export interface Theorems {
  readonly alpha: number;
  readonly beta: number;
  /** |beta - (1 - alpha)|: the theorems assume 0. */
  readonly offTied: number;
  readonly T: number;
  readonly n: number;
  /** Frobenius norms of U, W and the classifier, and the largest norm of an input. */
  readonly RU: number;
  readonly RW: number;
  readonly Rv: number;
  readonly Rx: number;
  /** ||U||_2 and sup ||D_k||. */
  readonly spectralNorm: number;
  readonly slope: number;
  /** The largest alpha that the theorems allow: the least of 1 / (4T |D ||U|| - 1|), 1 / (4T R_U), 1 / (T | ||U|| - 1 |). */
  readonly largestAlpha: number;
  readonly assumptionsHold: boolean;
  /** Theorem 3.1 with the constant that O hides taken as 1 and the best D bar, 2 sqrt(R_W R_U R_v). */
  readonly convergence: {
    readonly iterations: number;
    readonly initialLoss: number;
    readonly bound: number;
  };
  /** Theorem 3.2, with probability 0.95. */
  readonly generalisation: {
    readonly trainingLoss: number;
    /** B: the largest loss that a network within these norms can have; null where the states have no bound. */
    readonly largestLoss: number | null;
    /** C alpha T / sqrt(n), the constant that O hides taken as 1. */
    readonly complexity: number;
    /** B sqrt(ln(1 / delta) / n) */
    readonly confidence: number | null;
    readonly bound: number | null;
    /**
     * 2 R_v times the Rademacher complexity of appendix A.1 before its last inequality, which needs no assumption on alpha:
     * 2 alpha R_W R_x (q^(T+1) - 1) / (q - 1) / sqrt(n), q = beta + 2 alpha R_U. Infinity is null.
     */
    readonly explicitComplexity: number | null;
    /** The same with alpha 1 and beta 0: a plain RNN with these matrices. */
    readonly rnnComplexity: number | null;
  };
}

/** Evaluates the theorems. They are of a single output v; of several classes v is the whole classifier. */
export function theoremsOf(
  { architecture, W, U, V, biasV, residual = { alpha: 1, beta: 0 } }: Parameters,
  facts: TheoremFacts,
): Theorems {
  const { alpha, beta } = residual;
  const { steps: T, recordings: n, inputNorm: Rx, iterations, initialLoss, trainingLoss, spectralNorm } = facts;
  const [RU, RW, Rv] = [frobenius(U), frobenius(W), frobenius(V)];
  const slope = steepest[architecture.update];
  const limits = [4 * T * Math.abs(slope * spectralNorm - 1), 4 * T * RU, T * Math.abs(spectralNorm - 1)].map(
    (below) => 1 / below,
  );
  const largestAlpha = Math.min(...limits);
  const offTied = Math.abs(beta - (1 - alpha));
  const best = 2 * Math.sqrt(RW * RU * Rv); // of D bar + 4 R_W R_U R_v / D bar
  const spread = best + (4 * RW * RU * Rv) / best;
  const complexity = (RW * RU * Rx * Rv * alpha * T) / Math.sqrt(n);
  // |h| stays below alpha |sigma| / (1 - beta) in every unit, |sigma| where beta = 1 - alpha.
  const unit = beta < 1 ? (alpha * largest[architecture.update]) / (1 - beta) : Infinity;
  const largestLogit =
    Rv * Math.sqrt(architecture.hiddenSize) * unit + biasV.reduce((most, b) => Math.max(most, Math.abs(b)), 0);
  const largestLoss = finite(2 * largestLogit + ln(architecture.classes));
  const confidence = largestLoss === null ? null : largestLoss * Math.sqrt(ln(1 / delta) / n);
  const explicit = (a: number, b: number) => finite(explicitComplexity({ alpha: a, beta: b, T, n, RU, RW, Rv, Rx }));
  return {
    ...{ alpha, beta, offTied, T, n, RU, RW, Rv, Rx, spectralNorm, slope, largestAlpha },
    assumptionsHold: alpha <= largestAlpha && offTied < 1e-6,
    convergence: {
      iterations,
      initialLoss,
      bound: (alpha * T * initialLoss) / iterations + (spread * alpha * T) / Math.sqrt(iterations),
    },
    generalisation: {
      ...{ trainingLoss, largestLoss, complexity, confidence },
      bound: confidence === null ? null : trainingLoss + complexity + confidence,
      explicitComplexity: explicit(alpha, beta),
      rnnComplexity: explicit(1, 0),
    },
  };
}

function explicitComplexity(p: {
  readonly [name in 'alpha' | 'beta' | 'T' | 'n' | 'RU' | 'RW' | 'Rv' | 'Rx']: number;
}) {
  const q = p.beta + 2 * p.alpha * p.RU;
  let sum = 0;
  for (let t = 0; t <= p.T; t++) sum = sum * q + 1; // 1 + q + … + q^T
  return (2 * p.Rv * 2 * p.alpha * p.RW * p.Rx * sum) / Math.sqrt(p.n);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
