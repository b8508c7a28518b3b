import type { Kernels } from '../kernels/index.js';
import type { Architecture } from './architecture.js';
import { cells } from './cells/all.js';
import { CellEngine } from './engine.js';
import type { Limits } from './places.js';

/** An engine of any network: it finds the class of the architecture's cell, and so brings all of them along. */
export class NetworkEngine extends CellEngine {
  /** Throws `ArchitectureError` or `KernelError` (no memory). */
  constructor(kernels: Kernels, arch: Architecture, limits: Limits) {
    super(kernels, arch, limits, cells[arch.cell]);
  }

  /** Bytes of the arena that an engine of these limits takes. */
  static override arenaBytes(arch: Architecture, limits: Limits): number {
    return CellEngine.arenaBytes(arch, limits, cells[arch.cell]);
  }
}
