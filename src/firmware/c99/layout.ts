import {
  gateNetworks,
  isGateByGate,
  separateLayers,
  stateSize,
  tablesOf,
  type GateNetwork,
  type IntegerMatrix,
  type IntegerNetwork,
} from '../../integer/index.js';
import { isGated } from '../../network/index.js';
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
  /** The prefix of what belongs to this layer alone: its tables and its step. */
  readonly own: string;
  /** This layer's units, as C names or writes them, and where its state begins among those of all layers. */
  readonly units: string;
  readonly at: number;
  /** The units of all layers: the distance from a state to its remainder. */
  readonly allUnits: number;
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
  /** Of a layer that is run gate by gate: its gates, in their order. */
  readonly gates: readonly CGate[];
}

/** A gate of a layer, laid out as a layer of its own. */
export interface CGate extends Omit<GateNetwork, 'network'> {
  readonly layout: CLayout;
}

/** The layouts of a network's layers, the first one first. */
export function layoutsOf(network: IntegerNetwork, prefix: string): CLayout[] {
  const upper = prefix.toUpperCase();
  const allUnits = stateSize(network);
  if (!network.upper) return [layoutOf(network, { prefix, own: prefix, units: `${upper}_HIDDEN`, at: 0, allUnits })];
  let at = 0;
  return separateLayers(network).map((layer, i) => {
    const { hiddenSize } = layer;
    at += hiddenSize;
    const own = `${prefix}_layer${i + 1}`;
    return layoutOf(layer, { prefix, own, units: String(hiddenSize), at: at - hiddenSize, allUnits });
  });
}

/** The state of a layer, of a state `s` of the network. */
export function stateOf({ at }: CLayout): string {
  return at === 0 ? 's->h' : `(s->h + ${at})`;
}

function layoutOf(
  network: IntegerNetwork,
  place: Pick<CLayout, 'prefix' | 'own' | 'units' | 'at' | 'allUnits'>,
): CLayout {
  const stored = (name: string, matrix: IntegerMatrix, shift: number): CMatrix => ({
    name,
    matrix,
    shift,
    form: smallerForm(matrix, network.storage),
  });
  const gated = isGated(network);
  const matrices = {
    w2: network.w2 && stored('w2', network.w2, network.w2Shift),
    w1: stored(network.w2 ? 'w1' : 'w', network.w1, network.w1Shift),
    u2: network.u2 && stored('u2', network.u2, network.u2Shift),
    u1: stored(network.u2 ? 'u1' : 'u', network.u1, network.u1Shift),
    classifier: stored('classifier', network.classifier, 0),
  };
  return {
    network,
    ...place,
    upper: place.prefix.toUpperCase(),
    gated,
    embedding: network.embedding,
    ...matrices,
    forms: new Set(Object.values(matrices).flatMap((m) => (m ? [m.form] : []))),
    tables: tablesOf(network),
    gates: isGateByGate(network)
      ? gateNetworks(network).map(({ network: gate, ...rest }) => ({
          ...rest,
          layout: gateLayout(gate, rest.lacks, tablesOf(network), { ...place, own: `${place.own}_gate_${rest.name}` }),
        }))
      : [],
  };
}

/** @param lacks the matrix of zeros, which is stored as the other one is, so that it needs no code of its own */
function gateLayout(
  network: IntegerNetwork,
  lacks: GateNetwork['lacks'],
  tables: readonly Int16Array[],
  place: Parameters<typeof layoutOf>[1],
): CLayout {
  const layout = { ...layoutOf(network, place), tables };
  if (lacks === 'w') return { ...layout, w1: { ...layout.w1, form: layout.u1.form } };
  if (lacks === 'u') return { ...layout, u1: { ...layout.u1, form: layout.w1.form } };
  return layout;
}
