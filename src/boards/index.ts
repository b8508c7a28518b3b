/** Simulated boards: firmware that is run and compared with the definition, value by value. */
export { MachineError, unoClock } from './machine.js';
export {
  boardNames,
  proofSequences,
  simulate,
  type BoardName,
  type BoardResult,
  type CompiledProof,
  type SimulateOptions,
} from './simulate.js';
export { provePico } from './pico.js';
export type { BoardProof, Difference, ProofOptions, ProofSequence } from './prove.js';
export { proveUno } from './uno.js';
