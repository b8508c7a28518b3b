import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from './onnx_pb.js';

type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;
type GraphInit = MessageInitShape<typeof GraphProtoSchema>;
type NodeInit = MessageInitShape<typeof NodeProtoSchema>;
type TensorInit = MessageInitShape<typeof TensorProtoSchema>;
type ValueInit = MessageInitShape<typeof ValueInfoProtoSchema>;

/** Numbers of ONNX's `TensorProto.DataType`. */
export const elementTypes = { float: 1, int8: 3, int64: 7 } as const;
export type ElementType = keyof typeof elementTypes;

/** An attribute of a node, without its name. */
export type Attribute = Omit<AttributeInit, 'name' | '$typeName'>;

const utf8 = new TextEncoder();
/** Attributes by their kind; the numbers are ONNX's `AttributeProto.AttributeType`. */
export const attribute = {
  float: (f: number): Attribute => ({ type: 1, f }),
  int: (i: number): Attribute => ({ type: 2, i: BigInt(i) }),
  text: (s: string): Attribute => ({ type: 3, s: utf8.encode(s) }),
  graph: (g: GraphInit): Attribute => ({ type: 5, g }),
  floats: (floats: number[]): Attribute => ({ type: 6, floats }),
  ints: (ints: number[]): Attribute => ({ type: 7, ints: ints.map(BigInt) }),
  texts: (strings: string[]): Attribute => ({ type: 8, strings: strings.map((s) => utf8.encode(s)) }),
} as const;

/** A dimension: a size, or the name of one that the caller chooses. */
export type Dimension = number | string;

/**
 * A graph of ONNX nodes that grows from its inputs on. Values are referred to by name; a body shares the names of the graph
 * around it, whose values it may read.
 */
export class Graph {
  private readonly nodes: NodeInit[] = [];
  private readonly initializers: TensorInit[] = [];
  private readonly inputs: ValueInit[] = [];
  private readonly outputs: ValueInit[] = [];
  private readonly taken: Map<string, number>;
  private prefix: string;

  constructor(around?: Graph) {
    this.taken = around?.taken ?? new Map<string, number>();
    this.prefix = around?.prefix ?? '';
  }

  /** What `add` puts in has names that begin so. */
  within<T>(prefix: string, add: () => T): T {
    const before = this.prefix;
    this.prefix = prefix;
    const result = add();
    this.prefix = before;
    return result;
  }

  /** A name that no other value has: `hint` after the prefix, or with a number behind. */
  private unique(hint: string): string {
    const name = this.prefix + hint;
    const count = this.taken.get(name) ?? 0;
    this.taken.set(name, count + 1);
    return count === 0 ? name : this.unique(`${hint}_${count}`);
  }

  input(hint: string, type: ElementType, shape: readonly Dimension[], docString = ''): string {
    const name = this.unique(hint);
    this.inputs.push(value(name, type, shape, docString));
    return name;
  }

  output(name: string, type: ElementType, shape: readonly Dimension[], docString = ''): void {
    this.outputs.push(value(name, type, shape, docString));
  }

  /** A constant; int64 where the values are bigint. */
  constant(hint: string, values: Float32Array | Int8Array | BigInt64Array, shape: readonly number[]): string {
    const name = this.unique(hint);
    const type = values instanceof Float32Array ? 'float' : values instanceof Int8Array ? 'int8' : 'int64';
    this.initializers.push({
      name,
      dims: shape.map(BigInt),
      dataType: elementTypes[type],
      rawData: littleEndian(values),
    });
    return name;
  }

  scalar(hint: string, x: number): string {
    return this.constant(hint, Float32Array.of(x), []);
  }

  ints(hint: string, ...values: number[]): string {
    return this.constant(hint, BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** A node with one output, whose name is returned. */
  node(
    operator: string,
    inputs: readonly string[],
    hint: string,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    return this.nodeWith(operator, inputs, [hint], attributes)[0];
  }

  /** A node with several outputs; an empty hint is an output that isn't wanted. */
  nodeWith(
    operator: string,
    inputs: readonly string[],
    hints: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const output = hints.map((hint) => (hint === '' ? '' : this.unique(hint)));
    this.nodes.push({
      opType: operator,
      name: `${operator}:${output.find((name) => name !== '')}`,
      input: [...inputs],
      output: [...output],
      attribute: Object.entries(attributes).map(([name, one]) => ({ name, ...one })),
    });
    return output;
  }

  /** The finished graph. */
  build(name: string, docString = ''): GraphInit {
    const { nodes: node, initializers: initializer, inputs: input, outputs: output } = this;
    return { name, docString, node, initializer, input, output };
  }
}

function value(name: string, type: ElementType, shape: readonly Dimension[], docString: string): ValueInit {
  const dim = shape.map((size) =>
    typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } },
  );
  const tensor = { elemType: elementTypes[type], shape: { dim } };
  return { name, docString, type: { value: { case: 'tensorType', value: tensor } } };
}

/** The values' bytes in the order that ONNX wants, whatever the host's own. */
function littleEndian(values: Float32Array | Int8Array | BigInt64Array): Uint8Array {
  const bytes = new Uint8Array(values.byteLength);
  const view = new DataView(bytes.buffer);
  const size = values.BYTES_PER_ELEMENT;
  values.forEach((x: number | bigint, i: number) => {
    if (typeof x === 'bigint') view.setBigInt64(i * size, x, true);
    else if (values instanceof Int8Array) view.setInt8(i, x);
    else view.setFloat32(i * size, x, true);
  });
  return bytes;
}
