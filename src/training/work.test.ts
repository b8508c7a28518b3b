import { expect, test } from 'vitest';
import { forwardFlops, iterationFlops } from '../network/index.js';
import { toyTask } from '../testing/index.js';
import { epochWork } from './work.js';

test('an epoch is one iteration of all training rows and a pass of those that validate, each as long as it is', () => {
  const task = toyTask({ rows: 5, validationRows: 2 });
  const { architecture } = task;
  const lengths = Uint32Array.of(6, 3, 6, 1, 2, 4, 6);
  const { sequences, flops } = epochWork({ ...task, sequences: { ...task.sequences, lengths } });
  expect(sequences).toBe(5);
  const trained = [6, 3, 6, 1, 2].map((steps) => iterationFlops(architecture, 1, steps));
  const validated = [4, 6].map((steps) => forwardFlops(architecture, 1, steps));
  expect(flops).toBe([...trained, ...validated].reduce((a, b) => a + b));
});
