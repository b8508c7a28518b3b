import type { Command } from 'commander';
import { modelBytes } from '../../firmware/index.js';
import { integerModel, networkSize, readModel } from '../../pipeline/index.js';
import { filled } from '../options.js';
import { bold, table } from '../terminal.js';

export function addInspect(program: Command): void {
  program
    .command('inspect')
    .summary('what a model file holds')
    .description('Shows what a model file holds: network, input units, provenance, sizes. A damaged file is refused.')
    .argument('<model>', 'a model file', filled)
    .option('--json', 'print it as JSON')
    .action(async (file: string, flags: { json?: boolean }) => {
      const model = await readModel(file);
      const { facts } = model;
      const { network } = integerModel(model);
      const size = networkSize(network, facts.architecture);
      if (flags.json) {
        const figures = {
          paperBytes: size.paper.bytes,
          modelBytes: modelBytes(network),
          nonzeros: size.nonzeros,
          recurrentNonzeros: size.recurrentNonzeros,
        };
        return console.log(JSON.stringify({ kind: model.kind, ...facts, size: figures }, undefined, 2));
      }
      const { architecture: a, input, provenance, classNames } = facts;
      const rank = (r: number) => (r === 0 ? 'full rank' : `rank ${r}`);
      const nonlinearities =
        a.cell === 'FastGRNN' ? `gate ${a.gate}, update ${a.update}` : `update ${a.update}, residual ${a.residual}`;
      console.log(
        [
          table([
            [
              bold(`${a.cell}, ${model.kind}`),
              `${a.inputSize} inputs, ${a.hiddenSize} hidden units, ${a.classes} classes`,
            ],
            ['matrices', `W ${rank(a.wRank)}, U ${rank(a.uRank)}; ${nonlinearities}`],
            ['classes', classNames.join(', ')],
            [
              'trained on',
              `${input.steps} steps a recording; recipe ${provenance.recipe}, seed ${provenance.seed}, fastgrnn ${provenance.version}`,
            ],
            ['size', `${size.paper.bytes} bytes in the paper's accounting, ${modelBytes(network)} bytes linked`],
          ]),
          table([['input', 'one count', 'unit'], ...unitRows(input)]),
          table([
            ['tensor', 'entries', 'nonzeros', 'bytes'],
            ...size.paper.parts.map((p) => [p.name, String(p.entries), String(p.nonzeros), String(p.bytes)]),
          ]),
        ].join('\n\n'),
      );
    });
}

/** A row a channel; one for all of them where all have the same unit. */
function unitRows(input: {
  channelNames: readonly string[];
  lsb: readonly number[];
  units: readonly string[];
}): string[][] {
  const { channelNames, lsb, units } = input;
  const alike = channelNames.length > 3 && lsb.every((v) => v === lsb[0]) && units.every((u) => u === units[0]);
  if (alike) return [[`${channelNames[0]} … ${channelNames[channelNames.length - 1]}`, String(lsb[0]), units[0]]];
  return channelNames.map((name, i) => [name, String(lsb[i]), units[i]]);
}
