import { create, toBinary } from '@bufbuild/protobuf';
import type { IntegerNetwork } from '../../integer/index.js';
import type { ModelFacts } from '../../network/index.js';
import { canonicalJson } from '../../recipe/light.js';
import { addCells } from './cells/index.js';
import { Graph } from './graph.js';
import { addHead } from './head.js';
import { addInputs } from './inputs.js';
import { ModelProtoSchema } from './onnx_pb.js';
import { floatNumbers, integerNumbers } from './source.js';

/** The operator set that files ask for, and the version of the format. Any runtime since early 2022 reads them. */
const opset = 17n;
const formatVersion = 8n;

/** A float model, or an integer one, with everything that its file says of it. */
export type OnnxSource =
  | { readonly kind: 'float'; readonly facts: ModelFacts; readonly parameters: Float32Array }
  | { readonly kind: 'integer'; readonly facts: ModelFacts; readonly network: IntegerNetwork };

/**
 * A network as the bytes of an ONNX file: standard operators alone, any batch and any number of steps. The input `x` is float32
 * [batch, time, channels] in physical units, or `tokens` int64 [batch, time]; normalisation and stacking of frames are inside. The outputs
 * are `logits` and `probabilities`, or `values` of a regression: float32 [batch, L], or [batch, steps, L] with an output at every step.
 *
 * A float model's outputs are its own within float32's rounding. Of an integer model the file holds the int8 weights and dequantises
 * them; biases, scalars and the input's affine are those of the device, arithmetic and nonlinearities are float.
 */
export function toOnnx(model: OnnxSource): Uint8Array {
  const { facts, kind } = model;
  const { architecture, features, provenance } = facts;
  const numbers =
    model.kind === 'float' ? floatNumbers(architecture, model.parameters, features) : integerNumbers(model.network);
  const graph = new Graph();
  const x = addInputs(graph, facts, numbers);
  addHead(graph, facts, numbers, addCells(graph, architecture, numbers, x));
  const file = create(ModelProtoSchema, {
    irVersion: formatVersion,
    opsetImport: [{ domain: '', version: opset }],
    producerName: 'fastgrnn',
    producerVersion: provenance.version,
    docString: `${architecture.cell} with ${architecture.hiddenSize} hidden units, ${kind === 'float' ? 'float32' : 'int8 weights'}`,
    graph: graph.build('network'),
    metadataProps: [{ key: 'fastgrnn', value: canonicalJson({ kind, ...facts }) }],
  });
  return toBinary(ModelProtoSchema, file);
}
