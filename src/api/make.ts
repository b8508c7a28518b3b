import { loadKernels, type KernelOptions } from '../kernels/index.js';
import type { Architecture } from '../network/index.js';
import type { Model } from '../pipeline/index.js';
import { Calibration } from './calibration.js';
import { ApiError } from './errors.js';
import type { Made } from './network.js';
import { architectureFrom, classNamesFrom, type CellOptions } from './options.js';

/** A network of random first values. */
export async function make(cell: Architecture['cell'], options: CellOptions): Promise<Made> {
  const { seed = 1, backend = 'auto', fma = false, wasm } = options;
  const architecture = architectureFrom(cell, options);
  const kernels = await loadKernels({ backend, fma, ...(wasm === undefined ? {} : { wasm }) });
  return { kernels, architecture, classNames: classNamesFrom(options), seed };
}

/** The network of a float model of this cell. */
export async function makeFrom(cell: Architecture['cell'], model: Model, options: KernelOptions): Promise<Made> {
  if (model.kind !== 'float') {
    throw new ApiError('an integer model has no float parameters; use the float model that it was converted from');
  }
  const { facts, parameters } = model;
  const { architecture, classNames, provenance } = facts;
  if (architecture.cell !== cell) {
    throw new ApiError(
      `the model is a ${architecture.cell}, so use ${className(architecture.cell)} instead of ${className(cell)}`,
    );
  }
  const calibration = Calibration.of(model);
  const kernels = await loadKernels(options);
  return { kernels, architecture, classNames, seed: provenance.seed, parameters, calibration };
}

/** The class of a cell, as programs name it. */
function className(cell: Architecture['cell']): string {
  return cell.replace('-vector', 'Vector');
}
