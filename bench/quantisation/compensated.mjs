import { balanced, convert, IntegerInterpreter, stepInputs } from '../../dist/integer/index.js';
import { tensorsOf } from '../../dist/network/index.js';

/**
 * Rounds balanced weights column by column, and lets the columns that are still to come make up for what a column's rounding does to
 * the row's sum over recorded data (optimal brain surgeon's update, as GPTQ applies it): the errors of a row are those of least
 * expected square, not of each weight. Of low rank alone.
 */
export function compensated(given, parameters) {
  const { architecture } = given;
  const { inputSize: D, hiddenSize: H, wRank, uRank, classes } = architecture;
  const out = Float32Array.from(balanced(architecture, parameters));
  const tensor = (name) => {
    const { offset, size } = tensorsOf(architecture).find((t) => t.name === name);
    return out.subarray(offset, offset + size);
  };
  const { a, h } = recorded(given, parameters);
  const project = (vectors, m2, inputs, rank) =>
    vectors.map((v) =>
      Float64Array.from({ length: rank }, (_, k) => v.reduce((sum, x, d) => sum + x * m2[d * rank + k], 0)),
    );
  const t = project(a, tensor('W2'), D, wRank);
  const u = project(h, tensor('U2'), H, uRank);
  roundMatrix(tensor('W2'), { rows: wRank, columns: D, transposed: true }, a);
  roundMatrix(tensor('U2'), { rows: uRank, columns: H, transposed: true }, h);
  roundMatrix(tensor('W1'), { rows: H, columns: wRank }, t);
  roundMatrix(tensor('U1'), { rows: H, columns: uRank }, u);
  roundMatrix(tensor('classifier'), { rows: classes, columns: H }, h);
  return out;
}

/** Normalised inputs and states of some training recordings, every fourth step, by the integer network of the default. */
function recorded({ architecture, normalisation, sequences, ranges, margin }, parameters) {
  const network = convert(architecture, parameters, normalisation, ranges, margin);
  const interpreter = new IntegerInterpreter(network);
  const { centre, scale } = normalisation;
  const [a, h] = [[], []];
  for (let i = 0; i < 64; i++) {
    const row = Math.floor((i * sequences.count) / 64);
    interpreter.reset();
    for (let s = 0; s < sequences.lengths[row]; s++) {
      const start = sequences.starts[row] + s * sequences.stepStride;
      interpreter.step(sequences.values, start);
      if (s % 4 !== 3) continue;
      a.push(Float64Array.from({ length: stepInputs(network) }, (_, d) => (sequences.values[start + d] - centre[d % centre.length]) * scale[d % centre.length])); // prettier-ignore
      h.push(Float64Array.from(interpreter.h, (v) => v * 2 ** -network.stateBits));
    }
  }
  return { a, h };
}

function roundMatrix(values, { rows, columns, transposed = false }, vectors) {
  const at = (row, column) => (transposed ? column * rows + row : row * columns + column);
  const largest = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  let scale = 2 ** Math.ceil(Math.log2(largest / 127));
  if (Math.round(largest / (scale / 2)) <= 127) scale /= 2;
  const inverse = inverted(moments(vectors, columns));
  for (let row = 0; row < rows; row++) {
    const w = Float64Array.from({ length: columns }, (_, k) => values[at(row, k)]);
    const rest = inverse.map((r) => Float64Array.from(r));
    for (let k = 0; k < columns; k++) {
      const rounded = scale * Math.max(-127, Math.min(127, Math.round(w[k] / scale)));
      const error = (w[k] - rounded) / rest[k][k];
      for (let j = k + 1; j < columns; j++) w[j] -= error * rest[k][j];
      // The inverse without this column: it is settled.
      const pivot = rest[k][k];
      for (let i = k + 1; i < columns; i++) {
        const factor = rest[i][k] / pivot;
        for (let j = k + 1; j < columns; j++) rest[i][j] -= factor * rest[k][j];
      }
      values[at(row, k)] = rounded;
    }
  }
}

/** E[v v'], with a hundredth of its mean diagonal on it. */
function moments(vectors, size) {
  const m = Array.from({ length: size }, () => new Float64Array(size));
  for (const v of vectors) for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) m[i][j] += v[i] * v[j];
  const damping = m.reduce((sum, row, i) => sum + row[i], 0) / size / 100;
  for (let i = 0; i < size; i++) m[i][i] += damping;
  return m;
}

/** By Gauss and Jordan; positive definite, so no pivots are searched. */
function inverted(m) {
  const size = m.length;
  const out = Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, (__, j) => Number(i === j)));
  for (let k = 0; k < size; k++) {
    const pivot = m[k][k];
    for (let j = 0; j < size; j++) {
      m[k][j] /= pivot;
      out[k][j] /= pivot;
    }
    for (let i = 0; i < size; i++) {
      if (i === k) continue;
      const factor = m[i][k];
      for (let j = 0; j < size; j++) {
        m[i][j] -= factor * m[k][j];
        out[i][j] -= factor * out[k][j];
      }
    }
  }
  return out;
}
