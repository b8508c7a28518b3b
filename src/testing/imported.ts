import { referenceForward } from '../network/index.js';
import { nonlinearityNames, type FloatModel, type ImportOptions } from '../pipeline/index.js';

/** A network as another program saved it, and what that program makes of some inputs. */
export interface ImportCase {
  readonly path: string;
  readonly cell: string;
  readonly options: Omit<ImportOptions, 'gate' | 'update'> & { readonly gate?: string; readonly update?: string };
  /** [sequences][steps][inputs], physical values; or tokens, [sequences][steps] or with 1 value a step */
  readonly inputs: readonly (readonly (readonly number[])[])[];
  /** [sequences][classes], or all steps' one after the other */
  readonly logits: readonly (readonly number[])[];
}

/** The options of a case, in this project's names of nonlinearities. */
export function importOptionsOf({ options: { gate, update, ...rest } }: ImportCase): ImportOptions {
  return {
    ...rest,
    ...(gate === undefined ? {} : { gate: nonlinearityNames[gate] }),
    ...(update === undefined ? {} : { update: nonlinearityNames[update] }),
  };
}

/** The logits of physical values, which become int16 counts first, as on a device. Throws where one is no count. */
function logitsOf({ facts, parameters }: FloatModel, sequence: ImportCase['inputs'][number]): number[] {
  const { architecture, features, input } = facts;
  const inputs = sequence.map((step) =>
    step.map((value, d) => {
      const count = value / input.lsb[d];
      if (!Number.isInteger(count) || Math.abs(count) > 32767) {
        throw new Error(`${value} is no number of counts of ${input.lsb[d]}`);
      }
      if (architecture.vocabulary > 0) return count;
      const c = features.centre.length === 1 ? 0 : d;
      return (count - features.centre[c]) * features.scale[c];
    }),
  );
  return [...referenceForward(architecture, parameters, inputs).logits];
}

/** The largest distance of any logit from what the other program gives. */
export function worstLogit(model: FloatModel, { inputs, logits }: ImportCase): number {
  return Math.max(
    ...inputs.flatMap((sequence, i) => logitsOf(model, sequence).map((value, l) => Math.abs(value - logits[i][l]))),
  );
}
