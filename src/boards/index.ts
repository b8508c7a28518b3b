/** Simulated boards: firmware that is run and compared with the definition, value by value. */
export { MachineError, unoClock } from './machine.js';
export { boardNames, type BoardName } from '../recipe/light.js';
export type { CompiledFloatProof, CompiledProof } from './builds.js';
export {
  proofSequences,
  simulate,
  soundSequences,
  type BoardResult,
  type BuildName,
  type HeardProof,
  type SimulateOptions,
} from './simulate.js';
export { runRaspberryPi, type InstructionCounts } from './raspberry-pi.js';
export { provePico } from './pico.js';
export { floatTolerance } from './float-definition.js';
export type { BoardFigures, BoardProof, Difference, FloatProof, ProofOptions, ProofSequence } from './prove.js';
export { proveSimavr } from './simavr.js';
export { proveUno } from './uno.js';
export type { DerivedEnergy } from './energy.js';
