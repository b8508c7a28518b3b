// Measures one shape: all implementations take turns, round after round, so that whatever else the machine does meets all of them.
import { flopsOf, shapes, writeProblem } from './shapes.mjs';
import { median } from './statistics.mjs';

/** How near another implementation's losses must come to ours: the same network in other roundings. */
const tolerance = 1e-4;
/** An implementation whose iteration takes longer, in milliseconds, takes part in fewer rounds. */
const slow = 1000;
const roundsOfSlow = 3;

/**
 * @param setting rounds, slice (milliseconds of an implementation's turn), clock (`wall`, or `processor` for what has one thread),
 *   folder (for the problem), say (for progress)
 * @returns rows, sampled peaks as { width: { kind: number[] } }, what was skipped, and versions of the peers
 */
export async function measureShape(name, implementations, { rounds, slice, clock, folder, say }) {
  const problems = {}; // by cell
  const skipped = {};
  const versions = {};
  const peaks = {};
  const entries = [];
  const references = {}; // by cell and threads: other shards round other sums
  try {
    for (const implementation of implementations) {
      const label = labelOf(implementation);
      if (implementation.shapes?.includes(name) === false) continue;
      if (implementation.unfit[name]) {
        skipped[`${label}, ${name}`] = implementation.unfit[name];
        continue;
      }
      say(`${name}: ${label} gets ready`);
      const child = implementation.start();
      try {
        const { cell, threads } = implementation;
        const problem = await (problems[cell] ??= writeProblem(name, folder, cell));
        const { losses, version } = await child.ask({ do: 'prepare', problem });
        const reference = (references[`${cell} ${threads}`] ??= { losses, label });
        compareLosses(reference, { losses, label }, implementation);
        if (version) versions[implementation.implementation] = version;
        entries.push({ ...implementation, child, samples: [], iterations: await warmUp(child, slice) });
      } catch (error) {
        await child.stop();
        if (implementation.kernels) throw error;
        skipped[`${label}, ${name}`] = error.message.split('\n')[0];
      }
    }
    for (let round = 0; round < rounds; round++) {
      say(`${name}: round ${round + 1} of ${rounds}`);
      const first = round % Math.max(1, entries.length); // nobody always comes after the same one
      for (const entry of [...entries.slice(first), ...entries.slice(0, first)]) {
        if (entry.failed || (entry.samples.length >= roundsOfSlow && entry.samples[0] > slow)) continue;
        try {
          await takeTurn(entry, clock, peaks);
        } catch (error) {
          if (entry.kernels) throw error;
          entry.failed = true; // a peer's end isn't the run's
          skipped[`${labelOf(entry)}, ${name}`] = error.message.split('\n')[0];
        }
      }
    }
  } finally {
    await Promise.all(entries.map(({ child }) => child.stop()));
  }
  const measured = entries.filter(({ failed }) => !failed);
  const rows = measured.map(({ implementation, variant, threads, cell, samples }) => {
    const medianMs = median(samples);
    const row = { shape: name, implementation, variant, threads, medianMs, minMs: Math.min(...samples) };
    return { ...row, runs: samples.length, gflops: flopsOf(name, cell) / medianMs / 1e6 };
  });
  return { rows, peaks, skipped, versions };
}

/** Times some iterations, and, of ours on one thread, the core's peak right after. */
async function takeTurn({ child, iterations, threads, samples, peak }, clock, peaks) {
  const ask = async (request) => {
    const { ms, processorMs, flops } = await child.ask(request);
    return { ms: clock === 'processor' && threads === 1 ? processorMs : ms, flops };
  };
  samples.push((await ask({ do: 'run', iterations })).ms / iterations);
  if (!peak || threads > 1) return;
  const [width, kind] = peak;
  const { ms, flops } = await ask({ do: 'peak' });
  ((peaks[width] ??= {})[kind] ??= []).push(flops / ms / 1e6);
}

/** A name for messages: 'fastgrnn avx2-fma, 2 threads'. */
export function labelOf({ implementation, variant, threads }) {
  const what = variant === '' ? implementation : `${implementation} ${variant}`;
  return threads === 1 ? what : `${what}, ${threads} threads`;
}

/** Engines compile what runs often, so runs for a while; returns how many iterations fill a turn. */
async function warmUp(child, slice) {
  let iterations = 1;
  for (let spent = 0; ;) {
    const { ms } = await child.ask({ do: 'run', iterations });
    spent += ms;
    const turn = Math.max(1, Math.round((slice * iterations) / ms));
    if (spent >= 2 * slice) return turn;
    iterations = Math.min(turn, 4 * iterations);
  }
}

/** The first updates' losses: a peer that computes something else is no peer; ours give the same bits but with fused sums. */
export function compareLosses(reference, other, { kernels, threads }) {
  const exact = kernels && !kernels.fma;
  const differ = other.losses.some((loss, i) => {
    const expected = reference.losses[i];
    return exact ? loss !== expected : !(Math.abs(loss - expected) <= tolerance * Math.abs(expected));
  });
  if (!differ) return;
  const [expected, found] = [reference.losses, other.losses].map((losses) => losses.join(', '));
  throw new Error(
    `computes something else: losses of the first updates are ${found}, not ${expected} as ${reference.label} has (${threads} threads)`,
  );
}

/** Names of shapes, checked. */
export function shapeNames(text) {
  const names = text === undefined ? Object.keys(shapes) : text.split(',');
  const unknown = names.find((name) => !(name in shapes));
  if (unknown !== undefined) throw new Error(`no shape ${unknown}: there are ${Object.keys(shapes).join(', ')}`);
  return names;
}
