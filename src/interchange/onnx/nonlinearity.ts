import { tanhLines, type Nonlinearity } from '../../network/index.js';
import { attribute, type Attribute, type Graph } from './graph.js';

/** A nonlinearity as ONNX names it: an operator, which recurrent operators know as an activation too where `activation` says so. */
interface Standard {
  readonly operator: string;
  readonly activation: boolean;
  /** clip(alpha x + beta, 0, 1) */
  readonly alpha?: number;
  readonly beta?: number;
}

const standard: Readonly<Record<Nonlinearity, Standard>> = {
  tanh: { operator: 'Tanh', activation: true },
  sigmoid: { operator: 'Sigmoid', activation: true },
  relu: { operator: 'Relu', activation: true },
  hardTanh: { operator: 'Clip', activation: false },
  hardSigmoid: { operator: 'HardSigmoid', activation: true, alpha: 1 / 2, beta: 1 / 2 },
  hardSigmoid4: { operator: 'HardSigmoid', activation: true, alpha: 1 / 4, beta: 1 / 2 },
  tanh8: { operator: 'Min', activation: false },
  sigmoid8: { operator: 'Min', activation: false },
};

/** The node that applies a nonlinearity. */
export function activate(graph: Graph, kind: Nonlinearity, x: string, hint: string): string {
  const { operator, alpha, beta } = standard[kind];
  if (kind === 'tanh8') return eightLines(graph, x, hint);
  if (kind === 'sigmoid8') {
    const half = graph.scalar('half', 0.5);
    const y = eightLines(graph, graph.node('Mul', [x, half], hint), hint);
    return graph.node('Add', [graph.node('Mul', [y, half], hint), half], hint);
  }
  if (operator === 'Clip') {
    return graph.node(operator, [x, graph.scalar('least', -1), graph.scalar('most', 1)], hint);
  }
  const slope =
    alpha === undefined || beta === undefined ? {} : { alpha: attribute.float(alpha), beta: attribute.float(beta) };
  return graph.node(operator, [x], hint, slope);
}

/** Below the modulus of any float32 that isn't 0, so that a unit at 0 stays there. */
const leastModulus = 1e-37;

/** max(|a| + b, 0) a / |a| of complex units, whose real parts [N, units] stand before their imaginary parts. */
export function addModReLU(graph: Graph, bias: string): (body: Graph, a: string) => string {
  const least = graph.scalar('least_modulus', leastModulus);
  return (body, a) => {
    const parts = body.nodeWith('Split', [a], ['re', 'im'], { axis: attribute.int(-1) });
    const squares = parts.map((part) => body.node('Mul', [part, part], 'square'));
    const modulus = body.node('Sqrt', [body.node('Add', squares, 'modulus_squared')], 'modulus');
    const shown = body.node('Relu', [body.node('Add', [modulus, bias], 'modulus_biased')], 'modulus_shown');
    const factor = body.node('Div', [shown, body.node('Max', [modulus, least], 'modulus_safe')], 'factor');
    const scaled = parts.map((part) => body.node('Mul', [part, factor], 'part'));
    return body.node('Concat', scaled, 'candidate', { axis: attribute.int(-1) });
  };
}

/** `tanh8`: the least of its lines at |x|, with the sign of x. */
function eightLines(graph: Graph, x: string, hint: string): string {
  const magnitude = graph.node('Abs', [x], hint);
  const lines = tanhLines.map(({ intercept, slope }) => {
    const start = graph.scalar('intercept', intercept);
    if (slope === 0) return start;
    return graph.node('Add', [graph.node('Mul', [magnitude, graph.scalar('slope', slope)], hint), start], hint);
  });
  return graph.node('Mul', [graph.node('Min', lines, hint), graph.node('Sign', [x], hint)], hint);
}

/**
 * The attributes `activations`, `activation_alpha` and `activation_beta` of a recurrent operator, or undefined where one of the
 * nonlinearities is none of those that the operators know.
 */
export function activations(kinds: readonly Nonlinearity[]): Record<string, Attribute> | undefined {
  const all = kinds.map((kind) => standard[kind]);
  if (!all.every(({ activation }) => activation)) return undefined;
  // Only those that take parameters have entries, in the order of the activations.
  const alphas = all.flatMap(({ alpha }) => alpha ?? []);
  const betas = all.flatMap(({ beta }) => beta ?? []);
  return {
    activations: attribute.texts(all.map(({ operator }) => operator)),
    ...(alphas.length > 0
      ? { activation_alpha: attribute.floats(alphas), activation_beta: attribute.floats(betas) }
      : {}),
  };
}
