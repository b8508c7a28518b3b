// The networks that are measured, and their problems: parameters, inputs and labels that every implementation starts from.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Random } from '../dist/math/index.js';
import { initialise, iterationFlops, plainHead, tensorsOf } from '../dist/network/index.js';

/**
 * Batches of `rows` sequences of `steps` steps. A rank of 0 is a full matrix. `shards`: in how many parts our batches are fastest, by measurement (of one
 * thread); without it one a worker.
 */
export const shapes = {
  S1: {
    what: 'Google-12',
    rows: 100,
    steps: 99,
    inputSize: 32,
    hiddenSize: 100,
    wRank: 16,
    uRank: 25,
    classes: 12,
    shards: 8,
  },
  S2: { what: 'HAR', rows: 100, steps: 128, inputSize: 9, hiddenSize: 80, wRank: 5, uRank: 40, classes: 6, shards: 8 },
  S3: { what: 'Pixel-MNIST', rows: 100, steps: 784, inputSize: 1, hiddenSize: 128, wRank: 1, uRank: 30, classes: 10 },
  S4: {
    what: 'language model',
    rows: 20,
    steps: 300,
    inputSize: 256,
    hiddenSize: 256,
    wRank: 0,
    uRank: 0,
    classes: 10,
  },
  D1: { what: 'digits, 1 KB', rows: 64, steps: 28, inputSize: 28, hiddenSize: 26, wRank: 5, uRank: 8, classes: 10 },
  D2: { what: 'digits, 2 KB', rows: 64, steps: 28, inputSize: 28, hiddenSize: 40, wRank: 7, uRank: 13, classes: 10 },
};

/** The rate of the first updates, whose losses are compared, and of the timed ones, which must not wander off. */
const rates = { checked: 1e-3, timed: 1e-5 };
/** How many losses are compared. */
const checkedIterations = 4;

/** A shape with FastGRNN, or with another cell, whose matrices are full, as the peers' are. */
export function architectureOf(name, cell = 'FastGRNN') {
  const { inputSize, hiddenSize, wRank, uRank, classes } = shapes[name];
  const ranks = cell === 'FastGRNN' ? { wRank, uRank } : { wRank: 0, uRank: 0 };
  const sizes = { inputSize, hiddenSize, ...ranks, classes };
  return { cell, gate: 'sigmoid', update: 'tanh', residual: 'free', ...plainHead, ...sizes };
}

/** Useful floating-point operations of one iteration. */
export function flopsOf(name, cell) {
  const { rows, steps } = shapes[name];
  return iterationFlops(architectureOf(name, cell), rows, steps);
}

/**
 * Writes a problem for processes of any language: NAME-CELL.json, which names and places the tensors of NAME-CELL.f32, and labels.
 * Inputs are [steps][rows][inputSize]. Returns the path of the JSON file.
 */
export async function writeProblem(name, folder, cell = 'FastGRNN') {
  const { rows, steps, shards } = shapes[name];
  const architecture = architectureOf(name, cell);
  const random = new Random(1);
  const parameters = initialise(architecture, random);
  const tensors = tensorsOf(architecture);
  for (const { shape, offset, size } of tensors) {
    // A full matrix of N(0, 1) / 10 and 256 columns is chaotic: after 300 steps no two roundings would agree.
    if (shape.length !== 2 || shape[1] < 128) continue;
    for (let i = offset; i < offset + size; i++) parameters[i] *= 0.4;
  }
  const inputs = Float32Array.from({ length: steps * rows * architecture.inputSize }, () => random.normal());
  const labels = Array.from({ length: rows }, () => random.below(architecture.classes));
  await mkdir(folder, { recursive: true });
  const binary = path.join(folder, `${name}-${cell}.f32`);
  await writeFile(binary, Buffer.concat([Buffer.from(parameters.buffer), Buffer.from(inputs.buffer)]));
  const problem = { name, rows, steps, shards, architecture, tensors, parameters: parameters.length, labels, binary };
  const file = path.join(folder, `${name}-${cell}.json`);
  await writeFile(file, JSON.stringify({ ...problem, rates, checkedIterations }));
  return file;
}
