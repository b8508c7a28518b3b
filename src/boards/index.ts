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
export { proveUno, type BoardProof, type Difference, type ProofOptions, type ProofSequence } from './uno.js';
