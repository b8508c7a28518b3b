import type { Command } from 'commander';
import { modelBytes } from '../../firmware/index.js';
import { IntegerNetworkError } from '../../integer/index.js';
import { rangesByName, tensorsOf } from '../../network/index.js';
import { integerModel, networkSize, readModel, type Model, type ModelFacts } from '../../pipeline/index.js';
import { filled } from '../options.js';
import { bold, table } from '../terminal.js';
import { describeSound } from '../../recipe/index.js';
import { architectureLine, architectureRows, channelRows, importTables, normalisationLine } from './describe.js';

export function addInspect(program: Command): void {
  program
    .command('inspect')
    .summary('what a model file holds')
    .description(
      'Shows what a model file holds: network, head, inputs and their units, classes, normalisation, sizes, where it comes from. A damaged file is refused.',
    )
    .argument('<model>', 'a model file', filled)
    .option('--json', 'print it as JSON')
    .action(async (file: string, flags: { json?: boolean }) => {
      const model = await readModel(file);
      const size = sizeOf(model);
      console.log(flags.json ? JSON.stringify(asJson(model, size), undefined, 2) : told(model, size));
    });
}

/** The size as an integer network, or why it can't be one. */
type Size = ReturnType<typeof networkSize> & { readonly modelBytes: number };

function sizeOf(model: Model): Size | { readonly reason: string } {
  try {
    const { network } = integerModel(model);
    return { ...networkSize(network, model.facts.architecture), modelBytes: modelBytes(network) };
  } catch (error) {
    if (!(error instanceof IntegerNetworkError)) throw error;
    return { reason: error.message };
  }
}

function asJson(model: Model, size: Size | { readonly reason: string }): object {
  const { facts, kind } = model;
  const float = model.kind === 'float' ? { ranges: model.ranges, margin: model.margin } : {};
  const figures =
    'reason' in size
      ? size
      : {
          paperBytes: size.paper.bytes,
          modelBytes: size.modelBytes,
          nonzeros: size.nonzeros,
          recurrentNonzeros: size.recurrentNonzeros,
        };
  return { kind, ...facts, ...float, size: figures };
}

function told(model: Model, size: Size | { readonly reason: string }): string {
  const { facts, kind } = model;
  const { architecture, classNames, imported } = facts;
  return [
    table([
      [bold(`${kind} network`), architectureLine(architecture)],
      ...architectureRows(architecture),
      [architecture.head === 'softmax' ? 'classes' : 'outputs', classNames.join(', ')],
      ...outputRows(facts),
      ...(facts.features.sound ? [['frames', describeSound(facts.features.sound)]] : []),
      ['normalisation', normalisationLine(facts)],
      ...rangeRows(model),
      ['size', sizeLine(size)],
      [imported ? 'imported' : 'trained', originLine(facts)],
      ['data', `SHA-256 ${facts.provenance.dataHash.slice(0, 16)}…, recordings of ${facts.input.steps} steps`],
    ]),
    table([['input', 'one count', 'unit', 'centre', 'scale'], ...channelRows(facts)]),
    'reason' in size ? floatTable(facts) : sizeTable(size),
    ...(imported ? importTables(imported) : []),
  ].join('\n\n');
}

function outputRows({ outputs }: ModelFacts): string[][] {
  if (!outputs) return [];
  return [['values', outputs.centre.map((centre, l) => `${centre} + ${outputs.scale[l]} * output ${l}`).join(', ')]];
}

function rangeRows(model: Model): string[][] {
  if (model.kind === 'integer') return [];
  const { ranges, margin } = model;
  const values = rangesByName(ranges).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  return [['ranges', `${values.join(', ')}; integer formats hold ${margin} times as much`]];
}

function sizeLine(size: Size | { readonly reason: string }): string {
  return 'reason' in size
    ? `no integer network: ${size.reason}`
    : `${size.paper.bytes} bytes in the paper's accounting, ${size.modelBytes} bytes linked; ${size.recurrentNonzeros} multiplications with W and U a step`;
}

function originLine({ provenance, imported }: ModelFacts): string {
  const by = `fastgrnn ${provenance.version}`;
  if (!imported)
    return `recipe ${provenance.recipe}, seed ${provenance.seed}, ${by}${provenance.fma ? ', with fma' : ''}`;
  const names = imported.files.map(({ name }) => name);
  const shown =
    names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more files` : names.join(', ');
  const ranges = imported.calibration === 'synthetic' ? 'ranges from made-up inputs' : 'ranges from recordings';
  return `${shown}; ${ranges}; ${by}`;
}

function sizeTable({ paper }: Size): string {
  return table([
    ['tensor', 'entries', 'nonzeros', 'bytes'],
    ...paper.parts.map((p) => [p.name, String(p.entries), String(p.nonzeros), String(p.bytes)]),
  ]);
}

function floatTable({ architecture }: ModelFacts): string {
  return table([['tensor', 'entries'], ...tensorsOf(architecture).map(({ name, size }) => [name, String(size)])]);
}
