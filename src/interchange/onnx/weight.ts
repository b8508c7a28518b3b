import { transposed } from '../../math/index.js';
import { attribute, type Graph } from './graph.js';

/** A matrix [rows][columns] of float32, or of int8 with a scale for all or one a row. */
export type Weight =
  | { readonly rows: number; readonly columns: number; readonly values: Float32Array; readonly scales?: undefined }
  | { readonly rows: number; readonly columns: number; readonly values: Int8Array; readonly scales: Float32Array };

/** M of M x: M itself [H, n], or `first` [H, r] times `second` [r, n]. */
export interface LinearMap {
  readonly first: Weight;
  readonly second: Weight | undefined;
}

/** Several matrices of equal width, one below the other. */
export function stacked(weights: readonly Weight[]): Weight {
  if (weights.length === 1) return weights[0];
  const { columns } = weights[0];
  const rows = weights.reduce((sum, weight) => sum + weight.rows, 0);
  const scales = weights.flatMap(({ rows: own, scales: scale }) =>
    scale ? Array.from({ length: own }, (_, i) => scale[scale.length === 1 ? 0 : i]) : [],
  );
  const values = weights.flatMap((weight) => [...weight.values]);
  return scales.length === 0
    ? { rows, columns, values: Float32Array.from(values) }
    : { rows, columns, values: Int8Array.from(values), scales: Float32Array.from(scales) };
}

/**
 * Puts a matrix into the graph and returns the name of its float value: [rows, columns], with a direction before them
 * [1, rows, columns] as recurrent operators want it, or transposed for x Mᵀ of row vectors x. Matrices of int8 go through
 * DequantizeLinear.
 */
export function addWeight(
  graph: Graph,
  hint: string,
  weight: Weight,
  form: 'plain' | 'direction' | 'transposed' = 'plain',
): string {
  const { rows, columns, scales } = weight;
  const turned = form === 'transposed';
  const shape = turned ? [columns, rows] : form === 'direction' ? [1, rows, columns] : [rows, columns];
  const values = turned ? transposed(weight.values, rows, columns) : weight.values;
  if (!scales) return graph.constant(hint, values, shape);
  const inputs = [
    graph.constant(`${hint}_int8`, values, shape),
    graph.constant(`${hint}_scale`, scales, scales.length === 1 ? [] : [rows]),
  ];
  const axis = form === 'plain' ? 0 : 1;
  return graph.node('DequantizeLinear', inputs, hint, scales.length === 1 ? {} : { axis: attribute.int(axis) });
}

/** x Mᵀ of row vectors x [.., n], by one product or two. */
export function applied(graph: Graph, x: string, map: LinearMap, hint: string): string {
  const { first, second } = addMap(graph, map, hint);
  return multiplied(graph, x, { first, second }, hint);
}

/** The transposed matrices of a map as values of the graph, for bodies that use them again and again. */
export function addMap(graph: Graph, { first, second }: LinearMap, hint: string) {
  return {
    first: addWeight(graph, second ? `${hint}1` : hint, first, 'transposed'),
    second: second ? addWeight(graph, `${hint}2`, second, 'transposed') : undefined,
  };
}

/** x Mᵀ with matrices that `addMap` put in. */
export function multiplied(graph: Graph, x: string, map: ReturnType<typeof addMap>, hint: string): string {
  const inner = map.second === undefined ? x : graph.node('MatMul', [x, map.second], `${hint}_inner`);
  return graph.node('MatMul', [inner, map.first], `${hint}_product`);
}
