import { writeFile } from '#platform';
import { evaluateStream, detectorIn, integerModel, type Model } from '../../pipeline/index.js';
import { clock, renderStream, type StreamMetrics } from '../../report/index.js';
import { checkFits, datasetFor } from '../dataset-of.js';
import { bold, dim, percent, table } from '../terminal.js';

/** What `evaluate --stream` is told. */
export interface StreamFlags {
  readonly data?: string;
  readonly hours?: number;
  readonly speechHours?: number;
  readonly recordings?: readonly string[];
  readonly seed?: number;
  readonly report?: string;
  readonly json?: boolean;
}

/** Judges a model's detector: words missed, false accepts an hour, events in recordings. */
export async function evaluateInStreams(file: string, model: Model, flags: StreamFlags): Promise<void> {
  const integer = integerModel(model);
  const settings = detectorIn(integer.facts, file);
  const { dataset } = await datasetFor(file, model, flags.data);
  checkFits(model, dataset);
  const show = process.stderr.isTTY === true;
  const metrics = await evaluateStream(integer, settings, dataset, {
    dataDirectory: flags.data,
    sounds: dataset.name !== 'folder' && integer.facts.features.sound !== undefined,
    hours: flags.hours ?? 10,
    speechHours: flags.speechHours ?? 2,
    seed: flags.seed ?? 1,
    recordings: flags.recordings,
    ...(show ? { onProgress: (text: string) => process.stderr.write(`\r\u001B[K${text}`) } : {}),
  });
  if (show) process.stderr.write('\r\u001B[K');
  if (flags.report !== undefined) await writeFile(flags.report, renderStream(`${file} in streams`, metrics));
  console.log(flags.json ? JSON.stringify(metrics, undefined, 2) : told(metrics, flags.report));
}

function told({ wake, threshold, words, streams, recordings }: StreamMetrics, report: string | undefined): string {
  const number = (value: number) => String(Number(value.toPrecision(3)));
  const { count, missed, falseRejects, interval } = words;
  const parts = [
    falseRejects === null || !interval
      ? `no recordings of ${wake.join(', ')} to be heard`
      : `${bold(`${percent(falseRejects)} false rejects`)}: ${missed} of ${count} recordings of ${wake.join(', ')} missed\n${dim(`95 % interval ${percent(interval[0])} to ${percent(interval[1])}; threshold ${number(threshold)} logits`)}`,
  ];
  if (streams.length > 0) {
    const rows = streams.map((s) => [
      s.name,
      s.hours.toFixed(2),
      String(s.falseAccepts),
      number(s.perHour),
      number(s.upperBound),
    ]);
    parts.push(table([['without the word', 'hours heard', 'false accepts', 'an hour', 'at most (95 %)'], ...rows]));
  }
  if (recordings) {
    const rows = recordings.flatMap(({ file, seconds, events }) =>
      events.length === 0
        ? [[file, '-', `no event in ${clock(seconds)}`, '']]
        : events.map((event) => [file, clock(event.seconds), event.word, number(event.score)]),
    );
    parts.push(table([['recording', 'time', 'event', 'score'], ...rows]));
  }
  if (report !== undefined) parts.push(dim(`report: ${report}`));
  return parts.join('\n\n');
}
