// Tables of a run, for a terminal and for docs/performance.md.
import { figures } from './bars.mjs';
import { shapes } from './shapes.mjs';

const widths = { wasm: 'simd128', sse2: 'simd128', neon: 'simd128', avx2: 'avx2', avx512: 'avx512' };

/** A row's own peak: of its width, fused or not; undefined for peers. */
export function peakOf({ peak }, { variant }) {
  const [name, fma] = variant.split('-');
  return peak[widths[name]]?.[fma ?? 'mulAdd'];
}

/** Three digits that count. */
const number = (value) => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);

function cells(results, row) {
  const peak = peakOf(results, row);
  return [
    `${row.implementation}${row.variant === '' ? '' : ` ${row.variant}`}`,
    String(row.threads),
    number(row.medianMs),
    number(row.minMs),
    String(row.runs),
    number(row.gflops),
    peak === undefined || row.threads > 1 ? '' : `${((100 * row.gflops) / peak).toFixed(0)} %`,
  ];
}

const heading = ['implementation', 'threads', 'median ms', 'min ms', 'runs', 'GFLOP/s', 'of its peak'];
const order = (a, b) => a.threads - b.threads || a.medianMs - b.medianMs;

function shapeTitle(name) {
  const { what, rows, steps, inputSize, hiddenSize, wRank, uRank, classes } = shapes[name];
  const ranks = wRank === 0 && uRank === 0 ? 'full rank' : `ranks ${wRank} and ${uRank}`;
  return `${name}, ${what}: batch ${rows}, ${steps} steps of ${inputSize}, ${hiddenSize} hidden units, ${ranks}, ${classes} classes`;
}

const shapesOf = ({ rows }) => [...new Set(rows.map(({ shape }) => shape))];
const rowsOf = ({ rows }, name) => rows.filter(({ shape }) => shape === name).toSorted(order);

function machineText({ machine }) {
  const { cpu, cores, memoryGb, os, node, date, versions, shards, clock } = machine;
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const text = `${cpu}, ${cores} cores, ${memoryGb} GB, ${os}; Node ${node}; ${shards ? `batches in ${shards} shards` : 'S1 and S2 in 8 shards, else a shard a worker'}; ${date}${clock === 'processor' ? "; one thread by the processor's time" : ''}`;
  return [text, ...(peers.length > 0 ? [`peers: ${peers.join(', ')}`] : [])];
}

function peakText({ peak }) {
  const kinds = { mulAdd: 'multiply, then add', fma: 'fused' };
  const parts = Object.entries(peak).flatMap(([width, values]) =>
    Object.entries(values).map(([kind, value]) => `${width} ${kinds[kind]} ${value.toFixed(1)}`),
  );
  return `measured peaks of one core in GFLOP/s: ${parts.join(', ')}`;
}

function figureText({ measured, bar, percent, most }) {
  const show = (value) =>
    percent ? `${(100 * value).toFixed(0)} %` : most ? value.toFixed(1) : `${value.toFixed(value < 3 ? 2 : 1)}x`;
  return [show(measured), `${most ? 'at most' : 'at least'} ${show(bar)}`];
}

/** For a terminal. */
export function plainTables(results) {
  const lines = [...machineText(results), peakText(results)];
  for (const name of shapesOf(results)) {
    lines.push('', shapeTitle(name));
    const table = [heading, ...rowsOf(results, name).map((row) => cells(results, row))];
    const columns = heading.map((_, c) => Math.max(...table.map((row) => row[c].length)));
    for (const row of table) {
      lines.push(
        `  ${row.map((cell, c) => (c === 0 ? cell.padEnd(columns[c]) : cell.padStart(columns[c]))).join('  ')}`,
      );
    }
  }
  const skipped = Object.entries(results.skipped);
  if (skipped.length > 0) lines.push('', 'skipped', ...skipped.map(([what, why]) => `  ${what}: ${why}`));
  const bars = figures(results);
  if (bars.length > 0) lines.push('', 'figures to reach');
  for (const figure of bars) {
    const [measured, bar] = figureText(figure);
    lines.push(`  ${figure.reached ? 'reached' : 'MISSED '}  ${figure.what}: ${measured} (${bar}); ${figure.detail}`);
  }
  return lines.join('\n');
}

/** For the page. */
export function markdownTables(results) {
  const row = (list) => `| ${list.join(' | ')} |`;
  const [machine, ...peers] = machineText(results);
  const lines = [`Machine: ${machine}.`, ...peers.map((text) => `The ${text}.`), `The ${peakText(results)}.`];
  for (const name of shapesOf(results)) {
    lines.push('', `**${shapeTitle(name)}**`, '', row(heading), row(heading.map((_, c) => (c === 0 ? '---' : '---:'))));
    lines.push(...rowsOf(results, name).map((result) => row(cells(results, result))));
  }
  lines.push('', '| figure | measured | bar | |', '|---|---:|---:|---|');
  for (const figure of figures(results)) {
    const [measured, bar] = figureText(figure);
    lines.push(row([figure.what, measured, bar, `${figure.reached ? 'reached' : 'not reached'}: ${figure.detail}`]));
  }
  lines.push('', 'Left out:', '');
  lines.push(...Object.entries(results.skipped).map(([what, why]) => `- ${what}: ${why}`));
  return lines.join('\n');
}
