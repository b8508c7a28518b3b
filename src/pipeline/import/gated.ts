import { transposed } from '../../math/index.js';
import { gatesOf, type Architecture } from '../../network/index.js';
import { checkedArchitecture, matrixTensors, shown, vectorOf, withinRank, type Arranged } from './arranged.js';
import { ImportError } from './errors.js';
import { arrangeClassifier, type OwnMatrix } from './layout.js';
import { biasNames, gateCount, type GatedCell, type ImportName, type NamedTensors } from './names.js';
import type { NetworkOptions } from './options.js';

/**
 * A UGRNN, GRU or LSTM of tensors that were found by name. EdgeML keeps a matrix a gate for row vectors x Wk, [n, H], k from 1 on in the
 * order of `gatesOf`; of low rank all gates share a first factor: Wᵀ of gate k is W Wk, [n, r] and [r, H]. Its GRU's reset gate comes
 * before the recurrent product.
 */
export function arrangeGated({ cell, found, unused }: NamedTensors<GatedCell>, options: NetworkOptions): Arranged {
  if (options.transpose === 'no' || (options.factors ?? 'auto') !== 'auto') {
    throw new ImportError(
      `a ${cell} is read as EdgeML keeps it, with matrices [inputs, hidden]; leave --transpose and --factors out, and transpose the files where they are stored otherwise`,
    );
  }
  const get = (name: ImportName) => found.get(name)!;
  const biases = biasNames[cell];
  const hiddenSize = vectorOf(get(biases[0]));
  const uneven = biases.find((name) => vectorOf(get(name)) !== hiddenSize);
  if (uneven !== undefined) {
    throw new ImportError(
      `${shown(get(biases[0]))} and ${shown(get(uneven))} must have one entry a hidden unit each; are all files of the same training?`,
    );
  }
  const matrices = (letter: 'W' | 'U') =>
    Array.from({ length: gateCount[cell] }, (_, k) => gateMatrix(found, letter, k + 1, hiddenSize));
  const [w, u] = (['W', 'U'] as const).map((letter) => {
    const ranked = matrices(letter).map((matrix) => withinRank(matrix, hiddenSize, letter));
    return { all: ranked.map(({ matrix }) => matrix), decisions: ranked[0].decisions };
  });
  const classes = vectorOf(get('classifierBias'));
  const classifier = arrangeClassifier(
    get('classifier'),
    { classes, hiddenSize },
    options.transposeClassifier ?? 'auto',
  );
  const gate = options.gate ?? 'sigmoid';
  const update = options.update ?? 'tanh';
  const architecture: Architecture = checkedArchitecture({
    cell,
    inputSize: w.all[0].inputs,
    hiddenSize,
    wRank: w.all[0].rank,
    uRank: u.all[0].rank,
    gate,
    update,
    residual: 'free',
    ...(cell === 'GRU' ? { reset: 'before' as const } : {}),
    head: options.head ?? 'softmax',
    output: options.output ?? 'last',
    vocabulary: 0,
    classes,
  });
  const assumed = (given: unknown) => (given === undefined ? 'assumed' : 'as given');
  const shared = (['W', 'U'] as const).filter((letter) => found.has(letter));
  const decisions = [
    `matrices are stored [inputs, hidden], one a gate: as EdgeML keeps its ${cell}`,
    ...shared.map((letter) => `${letter}: the factor that all gates share is kept once for each of them`),
    ...w.decisions,
    ...u.decisions,
    ...(cell === 'GRU' ? ["the reset gate comes before the recurrent product: as in EdgeML's GRU"] : []),
    classifier.decision,
    `gate ${gate}: ${assumed(options.gate)}`,
    `update ${update}: ${assumed(options.update)}`,
  ];
  const tensors = new Map<string, Float64Array>([
    ...gatesOf(architecture).flatMap((name, k) => [
      ...matrixTensors(`W${name}`, w.all[k]),
      ...matrixTensors(`U${name}`, u.all[k]),
    ]),
    ...biases.map((name): [string, Float64Array] => [name, get(name).data]),
    ['classifier', classifier.data],
    ['classifierBias', get('classifierBias').data],
  ]);
  return { architecture, tensors, decisions, found, unused };
}

/** The matrix of gate k: transposed of what is stored, [n, H]; or of [n, r] times [r, H]. */
function gateMatrix(found: NamedTensors['found'], letter: 'W' | 'U', k: number, hiddenSize: number): OwnMatrix {
  const own = found.get(`${letter}${k}` as ImportName)!;
  const base = found.get(letter);
  const first = base ?? own;
  const inputs = first.shape[0];
  const rank = base ? base.shape[1] : 0;
  const right = [base ? rank : inputs, hiddenSize].join();
  const fits = first.shape.length === 2 && own.shape.join() === right && (letter === 'W' || inputs === hiddenSize);
  const sizes = found.get(`${letter}1` as ImportName)!;
  if (!fits || (!base && own.shape.join() !== sizes.shape.join())) {
    const n = letter === 'U' ? String(hiddenSize) : 'inputs';
    throw new ImportError(
      base
        ? `${shown(base)} and ${shown(own)}: the biases have ${hiddenSize} hidden units, so these must be [${n}, r] and [r, ${hiddenSize}]; are all files of the same training?`
        : `${shown(own)}: the biases have ${hiddenSize} hidden units, so it must be [${n}, ${hiddenSize}]; are all files of the same training?`,
    );
  }
  const turned = transposed(own.data, own.shape[0], own.shape[1]);
  return { inputs, rank, first: turned, second: base?.data };
}
