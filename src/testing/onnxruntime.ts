import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const folder = new URL('../../tools/onnx/', import.meta.url);

/** Whether ONNX files can be run here (npm ci --prefix tools/onnx); CI has to. */
export const hasOnnxRuntime =
  process.env.CI !== undefined || existsSync(new URL('node_modules/onnxruntime-web/package.json', folder));

/** An array with its shape. */
export interface OnnxTensor {
  readonly data: Float32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** What tests use of onnxruntime, whose own types are no dependency of this project. */
interface Runtime {
  readonly Tensor: new (
    type: 'float32' | 'int64',
    data: Float32Array | BigInt64Array,
    dims: readonly number[],
  ) => OnnxTensor;
  readonly InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{
      readonly inputNames: readonly string[];
      run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
      release(): Promise<void>;
    }>;
  };
}

/** A session of onnxruntime that runs a file again and again. */
export async function onnxSession(bytes: Uint8Array) {
  const { InferenceSession, Tensor } = createRequire(folder)('onnxruntime-web') as Runtime;
  const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'], logSeverityLevel: 3 });
  return {
    inputNames: session.inputNames,
    /** The outputs by name, of the file's one input. */
    run: (data: Float32Array | BigInt64Array, dims: readonly number[]) => {
      const type = data instanceof Float32Array ? 'float32' : 'int64';
      return session.run({ [session.inputNames[0]]: new Tensor(type, data, dims) });
    },
    close: () => session.release(),
  };
}
