import type { Graph } from '../graph.js';
import { activate, addModReLU } from '../nonlinearity.js';
import { biasedInputs, biasOf, inputs, type Pass } from './pass.js';

/** What the Scan reads, and what becomes of it plus U h: update(a + b), or modReLU of the complex units of an EURNN. */
export function addCandidate(
  graph: Graph,
  pass: Pass,
): { readonly x: string; readonly candidateOf: (body: Graph, a: string) => string } {
  const { update, recurrence } = pass.architecture;
  if (recurrence !== 'EURNN') {
    return { x: biasedInputs(graph, pass, ''), candidateOf: (body, a) => activate(body, update, a, 'candidate') };
  }
  const bias = biasOf(graph, pass.numbers, 'bias');
  return { x: inputs(graph, pass, ''), candidateOf: addModReLU(graph, bias) };
}
