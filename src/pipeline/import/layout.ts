import { lowRankProduct, transposed } from '../../math/index.js';
import { ImportError } from './errors.js';
import type { ForeignTensor } from './foreign.js';

/**
 * How programs store the matrix M of M x, [H, n], full or as two factors F1 and F2 in the order of their names:
 *
 * | layout | full | factors | who |
 * |---|---|---|---|
 * | paper | M [H, n] | M = F1 F2ᵀ, [H, r] and [n, r] | equation (7); this project |
 * | product | M [H, n] | M = F1 F2, [H, r] and [r, n] | |
 * | edgeml | M [H, n] | M = F2 F1, [r, n] and [H, r] | EdgeML's FastGRNN for PyTorch |
 * | rows | Mᵀ [n, H] | Mᵀ = F1 F2, [n, r] and [r, H] | x M of row vectors: EdgeML for TensorFlow, and its FastRNN everywhere |
 */
export type Layout = 'paper' | 'product' | 'edgeml' | 'rows';

export interface LayoutChoice {
  /** Whether matrices are stored as rows want them. */
  readonly transpose: 'auto' | 'yes' | 'no';
  /** How factors are multiplied where they aren't transposed. */
  readonly factors: 'auto' | 'paper' | 'product' | 'edgeml';
}

/** A matrix as it was found: one tensor, or two factors in the order of their names. */
export type StoredMatrix = readonly [ForeignTensor] | readonly [ForeignTensor, ForeignTensor];

/** As this project stores it: M [H, n], or M1 [H, r] and M2 [n, r] with M = M1 M2ᵀ. */
export interface OwnMatrix {
  readonly inputs: number;
  /** 0 of full rank. */
  readonly rank: number;
  readonly first: Float64Array;
  readonly second: Float64Array | undefined;
}

export interface Matrices {
  readonly w: OwnMatrix;
  readonly u: OwnMatrix;
  /** What was taken, and why. */
  readonly decision: string;
}

const layouts: readonly Layout[] = ['paper', 'product', 'edgeml', 'rows'];

interface Fit {
  readonly inputs: number;
  readonly rank: number;
}

/**
 * Brings W and U into this project's layout. One layout must hold for both; shapes decide where they can, then what is known
 * of the program that wrote them.
 *
 * @param hiddenSize H, from the biases
 * @param known the layout that names prove, and why; used where shapes leave a choice
 * @throws ImportError where no layout fits, or more than one does
 */
export function arrangeMatrices(
  stored: { readonly w: StoredMatrix; readonly u: StoredMatrix },
  hiddenSize: number,
  choice: LayoutChoice,
  known: { readonly layout: Layout; readonly why: string } | undefined,
): Matrices {
  const fitsOf = (matrix: StoredMatrix, square: boolean) =>
    layouts.filter((layout) => {
      const fit = fitOf(layout, matrix, hiddenSize);
      return fit !== undefined && (!square || fit.inputs === hiddenSize);
    });
  const possible = { w: fitsOf(stored.w, false), u: fitsOf(stored.u, true) };
  for (const [name, matrix] of Object.entries(stored)) {
    if (possible[name as 'w' | 'u'].length === 0) throw misfit(name.toUpperCase(), matrix, hiddenSize);
  }
  const fitting = layouts.filter((layout) => possible.w.includes(layout) && possible.u.includes(layout));
  const allowed = fitting.filter((layout) => isAllowed(layout, choice));
  const described = `${describe(stored.w)} and ${describe(stored.u)}, ${hiddenSize} hidden units`;
  if (allowed.length === 0) {
    throw new ImportError(
      fitting.length === 0
        ? `${described}: W and U are not stored in the same way (W as ${optionsFor(possible.w, [stored.w])} would say, U as ${optionsFor(possible.u, [stored.u])}); transpose one of them`
        : `${described}: these shapes are not as ${asked(choice)} says, but as ${optionsFor(fitting, Object.values(stored))} would; leave it out`,
    );
  }
  const build = (layout: Layout) => ({
    w: arrange(layout, stored.w, hiddenSize),
    u: arrange(layout, stored.u, hiddenSize),
  });
  const meanings = new Map(allowed.map((layout) => [meaningOf(layout, stored), layout]));
  const told = (layout: Layout) => sentence(layout, stored);
  if (meanings.size === 1) {
    const by = fitting.every((layout) => meaningOf(layout, stored) === meaningOf(allowed[0], stored))
      ? 'their shapes allow nothing else'
      : `as ${asked(choice)} says`;
    return { ...build(allowed[0]), decision: `${told(allowed[0])}: ${by}` };
  }
  if (known && allowed.includes(known.layout)) {
    return { ...build(known.layout), decision: `${told(known.layout)}: ${known.why}` };
  }
  throw new ImportError(
    `${described}: shapes don't tell how they are stored; ` +
      (allowed.includes('rows') && allowed.some((layout) => layout !== 'rows')
        ? 'give --transpose no where the program computes W x (EdgeML FastGRNN for PyTorch), --transpose yes where it computes x W (EdgeML for TensorFlow, its FastRNN, and its PyTorch versions that store W as [inputs, hidden])'
        : 'give --factors paper for W1 W2ᵀ, product for W1 W2, edgeml for W2 W1'),
  );
}

/** The classifier as [L, H]. */
export function arrangeClassifier(
  tensor: ForeignTensor,
  { classes, hiddenSize }: { readonly classes: number; readonly hiddenSize: number },
  transpose: 'auto' | 'yes' | 'no',
): { readonly data: Float64Array; readonly decision: string } {
  const { name, shape, data } = tensor;
  const shown = `${name} [${shape.join(', ')}]`;
  const own = shape.length === 2 && shape[0] === classes && shape[1] === hiddenSize;
  const turned = shape.length === 2 && shape[0] === hiddenSize && shape[1] === classes;
  if (!own && !turned) {
    throw new ImportError(
      `${shown}: the classifier must be [${classes}, ${hiddenSize}] or [${hiddenSize}, ${classes}], for ${classes} biases of classes and ${hiddenSize} hidden units`,
    );
  }
  const take = (isTurned: boolean, why: string) => ({
    data: isTurned ? transposed(data, shape[0], shape[1]) : data,
    decision: `${name} is [${isTurned ? 'hidden, classes]' : 'classes, hidden]'}: ${why}`,
  });
  if (own !== turned) {
    if (transpose !== 'auto' && (transpose === 'yes') !== turned) {
      throw new ImportError(`${shown} is not as --transpose-classifier ${transpose} says; leave it out`);
    }
    return take(turned, 'its shape allows nothing else');
  }
  if (transpose !== 'auto') return take(transpose === 'yes', `as --transpose-classifier ${transpose} says`);
  const last = name.replace(/:\d+$/, '').split(/[./]/).at(-1)!;
  if (last.toLowerCase() === 'weight') return take(false, 'as PyTorch keeps the weight of a linear layer');
  if (last === 'FC') return take(true, 'as EdgeML keeps FC');
  if (last === 'kernel') return take(true, 'as Keras keeps the kernel of a dense layer');
  throw new ImportError(
    `${shown} is square: give --transpose-classifier no for rows that are classes, yes for rows that are hidden units`,
  );
}

/** M1 M2ᵀ, [rows, columns]. */
export function multiplied({ first, second, rank, inputs }: OwnMatrix, rows: number): Float64Array {
  return second ? lowRankProduct(first, second, rows, inputs, rank) : first;
}

function isAllowed(layout: Layout, { transpose, factors }: LayoutChoice): boolean {
  if (transpose !== 'auto' && (transpose === 'yes') !== (layout === 'rows')) return false;
  return factors === 'auto' || layout === factors;
}

function asked({ transpose, factors }: LayoutChoice): string {
  const options = [
    ...(transpose === 'auto' ? [] : [`--transpose ${transpose}`]),
    ...(factors === 'auto' ? [] : [`--factors ${factors}`]),
  ];
  return options.join(' ');
}

/** The options that say these layouts. */
function optionsFor(found: readonly Layout[], stored: readonly StoredMatrix[]): string {
  const low = stored.some(({ length }) => length === 2);
  const optionOf = (layout: Layout) =>
    layout === 'rows' ? '--transpose yes' : low ? `--factors ${layout}` : '--transpose no';
  return [...new Set(found.map(optionOf))].join(' or ');
}

/** n and r where the shapes are those of the layout. */
function fitOf(layout: Layout, stored: StoredMatrix, hidden: number): Fit | undefined {
  if (!stored.every(({ shape }) => shape.length === 2)) return undefined;
  const [a, b] = stored.map(({ shape }) => shape);
  if (b === undefined) {
    const [rows, columns] = layout === 'rows' ? [a[1], a[0]] : a;
    return rows === hidden ? { inputs: columns, rank: 0 } : undefined;
  }
  // [what must be H, r of the first, r of the second, n]
  const [h, r, r2, inputs] = {
    paper: [a[0], a[1], b[1], b[0]],
    product: [a[0], a[1], b[0], b[1]],
    edgeml: [b[0], b[1], a[0], a[1]],
    rows: [b[1], b[0], a[1], a[0]],
  }[layout];
  return h === hidden && r === r2 ? { inputs, rank: r } : undefined;
}

function arrange(layout: Layout, stored: StoredMatrix, hidden: number): OwnMatrix {
  const fit = fitOf(layout, stored, hidden)!;
  const [a, b] = stored;
  const turn = ({ data, shape }: ForeignTensor) => transposed(data, shape[0], shape[1]);
  if (b === undefined) return { ...fit, first: layout === 'rows' ? turn(a) : a.data, second: undefined };
  switch (layout) {
    case 'paper':
      return { ...fit, first: a.data, second: b.data };
    case 'product':
      return { ...fit, first: a.data, second: turn(b) };
    case 'edgeml':
      return { ...fit, first: b.data, second: turn(a) };
    case 'rows':
      return { ...fit, first: turn(b), second: a.data };
  }
}

/** Layouts that mean the same for these matrices have the same text: of full rank it only matters whether they are transposed. */
function meaningOf(layout: Layout, { w, u }: { readonly w: StoredMatrix; readonly u: StoredMatrix }): string {
  return [w, u].map(({ length }) => (length === 2 ? layout : layout === 'rows' ? 'rows' : 'columns')).join();
}

function sentence(layout: Layout, { w, u }: { readonly w: StoredMatrix; readonly u: StoredMatrix }): string {
  const low = w.length === 2 || u.length === 2;
  const letter = w.length === 2 ? 'W' : 'U';
  const product = {
    paper: `${letter} = ${letter}1 ${letter}2ᵀ`,
    product: `${letter} = ${letter}1 ${letter}2`,
    edgeml: `${letter} = ${letter}2 ${letter}1`,
    rows: `${letter}ᵀ = ${letter}1 ${letter}2`,
  }[layout];
  const whole = layout === 'rows' ? 'matrices are stored [inputs, hidden]' : 'matrices are stored [hidden, inputs]';
  return low ? `${whole}, ${product}` : whole;
}

function describe(stored: StoredMatrix): string {
  return stored.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(' and ');
}

function misfit(letter: string, stored: StoredMatrix, hidden: number): ImportError {
  const n = letter === 'U' ? String(hidden) : 'inputs';
  const wanted =
    stored.length === 1
      ? letter === 'U'
        ? `[${hidden}, ${hidden}]`
        : `[${hidden}, ${n}] or [${n}, ${hidden}]`
      : `[${hidden}, r] and [${n}, r], [${hidden}, r] and [r, ${n}], [r, ${n}] and [${hidden}, r], or [${n}, r] and [r, ${hidden}]`;
  return new ImportError(
    `${describe(stored)}: the biases have ${hidden} hidden units, so ${letter} must be ${wanted}; are all files of the same training?`,
  );
}
