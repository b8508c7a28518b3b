import { beforeAll, describe, expect, test } from 'vitest';
import { KernelError, Layout, loadKernels, ProgramBuilder, rowStride, shift, type Kernels } from './index.js';
import { Workbench } from '../testing/workbench.js';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

describe('backends', () => {
  test('auto and wasm give the WASM kernels', async () => {
    expect((await loadKernels({ backend: 'auto' })).lanes).toBeGreaterThanOrEqual(4);
    expect(await loadKernels({ backend: 'wasm' })).toMatchObject({ backend: 'wasm', lanes: 4 });
  });

  test('an engine without SIMD gets an error that says what to use', async () => {
    const { validate } = WebAssembly;
    WebAssembly.validate = () => false;
    try {
      await expect(loadKernels({ backend: 'wasm' })).rejects.toThrow(/no WebAssembly SIMD.*use Chrome 91.*or Node/);
    } finally {
      WebAssembly.validate = validate;
    }
  });
});

describe('arenas', () => {
  test('are zeroed, private and as large as asked for', () => {
    const [a, b] = [kernels.arena(1000), kernels.arena(1_000_000)];
    expect(a.f32(0, 250).every((x) => x === 0)).toBe(true);
    expect(b.f32(249_999, 1)).toHaveLength(1);
    a.f32(0, 1)[0] = 1;
    expect(b.f32(0, 1)[0]).toBe(0);
  });

  test('that no memory holds are an error of its own', () => {
    expect(() => kernels.arena(2 ** 40)).toThrow(KernelError);
  });
});

describe('layout', () => {
  test('vectors start on 64 bytes and overlap nowhere', () => {
    const layout = new Layout();
    const places = [1, 0, 16, 17].map((n) => ({ n, ...layout.vector(n) }));
    places.forEach(({ n, offset }, i) => {
      expect(offset % 16).toBe(0);
      expect(offset + n).toBeLessThanOrEqual(places[i + 1]?.offset ?? layout.bytes / 4);
    });
  });

  test('rows are whole groups apart and never a multiple of 256 bytes', () => {
    expect([0, 1, 16, 17, 64, 100, 128].map((n) => rowStride(n))).toEqual([0, 16, 16, 32, 80, 112, 144]);
  });
});

describe('programs', () => {
  test('sections run over their steps, forwards or backwards; repeat runs within a step', () => {
    const bench = new Workbench();
    const values = bench.vector(Array.from({ length: 16 * 7 }, (_, i) => i));
    const at = { ...values, step: 16 };
    const one = bench.vector([1]);
    const element = (results: ReturnType<Workbench['run']>, i: number) =>
      results.floats({ offset: values.offset + i * 16, step: 0 }, 1)[0];

    // x_t <- x_t + x_{t-1}, forwards: running sums of 0, 16, 32, ...
    const sums = bench.run(kernels, (program) =>
      program.over({ first: 1, steps: 6, increment: 1 }).addScaled({ length: 1, x: shift(at, -1), scale: one, y: at }),
    );
    expect([0, 1, 2, 6].map((i) => element(sums, i))).toEqual([0, 16, 48, 336]);
  });

  test('a chunked program equals the plain one', () => {
    const run = (compose: (program: ProgramBuilder, add: () => void) => void) => {
      const bench = new Workbench();
      const values = bench.vector(Array.from({ length: 16 * 9 }, (_, i) => 1 / (i + 1)));
      const at = { ...values, step: 16 };
      const scale = bench.vector([0.7]);
      return bench
        .run(kernels, (program) =>
          compose(program, () => program.addScaled({ length: 16, x: shift(at, 1), scale, y: at })),
        )
        .floats(values, 16 * 9);
    };
    const plain = run((program, add) => {
      program.over({ first: 7, steps: 8, increment: -1 });
      add();
    });
    const chunked = run((program, add) => {
      program.over({ first: 5, steps: 2, increment: -3 });
      program.repeat({ first: 2, steps: 3, increment: -1 }, add);
      program.over({ first: 0, steps: 1, increment: 1 });
      program.repeat({ first: 1, steps: 2, increment: -1 }, add);
    });
    expect(chunked).toEqual(plain);
  });

  test('without steps or operations do nothing', () => {
    const bench = new Workbench();
    const x = bench.vector([5]);
    const results = bench.run(kernels, (program) =>
      program.once().over({ first: 3, steps: 0, increment: 1 }).fill({ length: 1, value: 9, target: x }),
    );
    expect(results.floats(x, 1)).toEqual([5]);
  });
});
