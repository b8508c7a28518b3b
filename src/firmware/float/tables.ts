import type { CellWeight } from '../../integer/index.js';
import type { FloatLayer, FloatLayout, FloatMatrix } from './layout.js';

/** A number as a C constant of type float, which reads back as the same float. */
export function floatConstant(value: number): string {
  const text = String(Number(Math.fround(value).toPrecision(9)));
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

const numbersALine = 8;

function lines(texts: readonly string[]): string {
  const groups = Array.from({ length: Math.ceil(texts.length / numbersALine) }, (_, k) =>
    texts.slice(k * numbersALine, (k + 1) * numbersALine).join(', '),
  );
  return groups.map((group) => `  ${group}`).join(',\n');
}

/** Macros that read constant tables, which AVR keeps in flash, out of reach of plain pointers. */
export function tableMacros({ upper, prefix }: FloatLayout): string {
  return `#if defined(__AVR__)
#include <avr/pgmspace.h>
#define ${upper}_TABLE PROGMEM
#define ${upper}_READ(p) pgm_read_float(p)
#define ${upper}_COLUMN(p) ((${prefix}_column)(sizeof *(p) == 1 ? pgm_read_byte(p) : pgm_read_word(p)))
#else
#define ${upper}_TABLE
#define ${upper}_READ(p) (*(p))
#define ${upper}_COLUMN(p) (*(p))
#endif
`;
}

/** A table of numbers, whose name `own` begins. */
export function numbers({ upper }: FloatLayout, own: string, name: string, values: ArrayLike<number>): string {
  return `static const float ${own}_${name}[] ${upper}_TABLE = {\n${lines(Array.from(values, floatConstant))}\n};\n`;
}

/** A matrix's weights and, where zeros are left out, each row's count of nonzeros and their columns. */
function matrixTables(layout: FloatLayout, own: string, { name, rows, columns, values, sparse }: FloatMatrix): string {
  if (!sparse) return numbers(layout, own, name, values);
  const places: string[] = [];
  for (let j = 0; j < rows; j++) {
    const row = Array.from(values.subarray(j * columns, (j + 1) * columns));
    const kept = row.flatMap((value, column) => (value === 0 ? [] : [String(column)]));
    places.push(String(kept.length), ...kept);
  }
  // C has no empty arrays.
  const weights = values.filter((value) => value !== 0);
  return `${numbers(layout, own, name, weights.length > 0 ? weights : [0])}
/* Of each row how many nonzeros it has, and their columns */
static const ${layout.prefix}_column ${own}_${name}_columns[] ${layout.upper}_TABLE = {
${lines(places)}
};
`;
}

/** All constant tables. */
export function tables(layout: FloatLayout): string {
  const { prefix, layers, classifier, classifierBias, embedding } = layout;
  const matrices = [...layers.flatMap(matricesOf), classifier];
  const wide = matrices.some(({ columns, sparse }) => sparse && columns > 256);
  return [
    `/* A column of a matrix, or how many a row has */\ntypedef uint${wide ? 16 : 8}_t ${prefix}_column;\n`,
    tableMacros(layout),
    ...(embedding
      ? [numbers(layout, prefix, 'embedding', embedding.values)]
      : [numbers(layout, prefix, 'centre', layout.centre), numbers(layout, prefix, 'scale', layout.inputScale)]),
    ...layers.flatMap((layer) => layerTables(layout, layer)),
    matrixTables(layout, prefix, classifier),
    numbers(layout, prefix, 'classifier_bias', classifierBias),
  ].join('\n');
}

function layerTables(layout: FloatLayout, layer: FloatLayer): string[] {
  const { own, biases, scale, offset } = layer;
  const [first, second] = layout.weightNames;
  const weight = (name: string, values: CellWeight) =>
    typeof values === 'number' ? [] : [numbers(layout, own, name, values)];
  return [
    ...matricesOf(layer).map((matrix) => matrixTables(layout, own, matrix)),
    ...weight(first, scale),
    ...weight(second, offset),
    ...[...biases].map(([name, values]) => numbers(layout, own, name, values)),
  ];
}

function matricesOf({ gates }: FloatLayer): FloatMatrix[] {
  return gates.flatMap(({ w2, w1, u2, u1 }) => [w2, w1, u2, u1]).filter((m) => m !== undefined);
}
