// Reads a problem that shapes.mjs wrote.
import { readFile } from 'node:fs/promises';

export async function readProblem(file) {
  const problem = JSON.parse(await readFile(file, 'utf8'));
  const bytes = await readFile(problem.binary);
  const floats = new Float32Array(new Uint8Array(bytes).buffer);
  return {
    ...problem,
    parameters: floats.subarray(0, problem.parameters),
    inputs: floats.subarray(problem.parameters),
  };
}
