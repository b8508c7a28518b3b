// Measures the kernels' elementary functions over all 2^32 floats: their largest errors, and whether every build gives the
// same bits: each variant of the native kernels that this machine runs, and WASM. Needs a C compiler and npm run build; takes
// some ten minutes of one core. Prints the table of docs/kernels.md, and exits 1 when builds differ.
//   node tools/measure-ulp.mjs [STRIDE]    every STRIDE-th float; default 1
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Layout, loadKernels, nativeVariants, ProgramBuilder } from '../dist/kernels/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const stride = Number(process.argv[2] ?? 1);
const floats = Math.ceil(2 ** 32 / stride);
const { flags, ...architectures } = JSON.parse(readFileSync(path.join(root, 'kernels/native/variants.json'), 'utf8'));
const { variants, fused, reason } = await nativeVariants();
if (reason) throw new Error(reason);
const builds = [...variants, ...fused.slice(0, 1).map((variant) => `${variant}_fma`)];

/** The kernels of WASM, hashed as tools/ulp.c does: 16 lanes of FNV-1a over blocks, the last one filled up with zeros. */
async function wasmHashes() {
  const kinds = ['tanh', 'sigmoid', 'relu', 'hardTanh', 'hardSigmoid', 'hardSigmoid4', 'tanh8', 'sigmoid8'];
  const [block, prime, basis] = [4096, 16777619, 2166136261];
  const layout = new Layout();
  const x = layout.vector(block);
  const results = kinds.map(() => layout.vector(block));
  const program = new ProgramBuilder();
  kinds.forEach((kind, i) => program.activate({ kind, length: block, x, y: results[i] }));
  const words = program.build();
  const { offset } = layout.vector(words.length);
  const arena = (await loadKernels({ backend: 'wasm' })).arena(layout.bytes);
  arena.i32(offset, words.length).set(words);
  const input = arena.i32(x.offset, block);
  const outputs = results.map((y) => arena.i32(y.offset, block));
  const lanes = kinds.map(() => new Int32Array(16).fill(basis));
  for (let first = 0; first < floats; first += block) {
    for (let i = 0; i < block; i++) input[i] = first + i < floats ? (first + i) * stride : 0;
    arena.run(offset);
    outputs.forEach((output, k) => take(lanes[k], output));
  }
  return Object.fromEntries(
    kinds.map((kind, k) => [kind, hex(lanes[k].reduce((h, lane) => Math.imul(h ^ lane, prime), 0))]),
  );

  function take(hash, output) {
    for (let i = 0; i < block; i++) {
      const word = (output[i] & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : output[i];
      hash[i % 16] = Math.imul(hash[i % 16] ^ word, prime);
    }
  }
}

function hex(word) {
  return (word >>> 0).toString(16).padStart(8, '0');
}

const folder = mkdtempSync(path.join(tmpdir(), 'fastgrnn-ulp-'));
try {
  const programOf = (build) => {
    const program = path.join(folder, build);
    const files = ['tools/ulp.c', 'kernels/elementary.c', '-lm'];
    const own = architectures[process.arch][build];
    // The plain standard: the C library has names of its own beyond it that the kernels use as well.
    const all = [...flags.filter((flag) => !flag.startsWith('-std=')), '-std=c17', ...own, ...files, '-o', program];
    execFileSync(process.env.CC || 'cc', all, { cwd: root, stdio: 'inherit' });
    return (what) =>
      Object.fromEntries(
        execFileSync(program, [what, String(stride)], { encoding: 'utf8' })
          .trim()
          .split('\n')
          .map((line) => [line.split(' ')[0], line.split(' ').slice(1)]),
      );
  };
  const programs = Object.fromEntries(builds.map((build) => [build, programOf(build)]));
  for (const build of [variants[0], ...builds.filter((name) => name.endsWith('_fma'))]) {
    console.log(
      `\n${build}: ${floats} floats\n\n| function | largest error, ulp | at | elsewhere, absolute |\n|---|---|---|---|`,
    );
    for (const [name, [error, at, outside, wrong]] of Object.entries(programs[build]('error'))) {
      console.log(`| ${name} | ${error} | ${at} | ${outside} |`);
      if (wrong !== '0') {
        console.log(`${name}: ${wrong} results are wrongly NaN, or wrongly not`);
        process.exitCode = 1;
      }
    }
  }

  console.log();
  const hashes = { wasm: await wasmHashes() };
  for (const build of variants) {
    const found = Object.entries(programs[build]('hash'));
    hashes[build] = Object.fromEntries(found.map(([name, [hash]]) => [name, hash]));
  }
  for (const [build, found] of Object.entries(hashes)) console.log(build.padEnd(12), JSON.stringify(found));
  for (const [name, hash] of Object.entries(hashes[variants[0]])) {
    const differing = Object.keys(hashes).filter((build) => (hashes[build][name] ?? hash) !== hash);
    if (differing.length > 0) {
      console.log(`${name}: ${differing.join(', ')} differ from ${variants[0]}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
