// Builds what is committed of kernels/ as WASM with the pinned compiler (npm ci --prefix tools), the same bytes everywhere:
// kernels/kernels.wasm from kernels/*.c, and src/runtime/wasm.ts from kernels/step/*.c and what those use.
//   node tools/build-wasm.mjs           writes the files
//   node tools/build-wasm.mjs --check   builds, compares with the files, exits 1 when they differ
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { commands } from '@yowasp/clang';

const root = new URL('../', import.meta.url);
const folder = new URL('kernels/', root);

// Compile and link apart: given both, clang's driver would run whatever wasm-opt it finds, and engines then run slower code.
// Without loop strength reduction, addresses stay a register and a constant, which cost a WASM engine no instruction.
const compilerFlags = [
  '--target=wasm32', '-std=c17', '-O3', '-msimd128', '-mbulk-memory', '-ffreestanding', '-ffp-contract=off',
  '-fno-math-errno', '-fvisibility=hidden', '-Wall', '-Wextra', '-Werror', '-DVL=4', '-mllvm', '-disable-lsr', '-I.', '-c',
]; // prettier-ignore
const linkerFlags = ['--no-entry', '--export-dynamic', '--export=__heap_base', '--strip-all'];

async function sourceTree(directory) {
  const tree = {};
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const url = new URL(entry.isDirectory() ? `${entry.name}/` : entry.name, directory);
    if (entry.isDirectory()) tree[entry.name] = await sourceTree(url);
    else if (/\.[ch]$/.test(entry.name)) tree[entry.name] = await readFile(url, 'utf8');
  }
  return tree;
}

async function build(sources, flags, tree) {
  const objects = [];
  let files = tree;
  for (const source of sources) {
    const object = source.replace('/', '-').replace(/\.c$/, '.o');
    files = await commands['clang']([...compilerFlags, source, '-o', object], files);
    objects.push(object);
  }
  return (await commands['wasm-ld']([...linkerFlags, ...flags, ...objects, '-o', 'out.wasm'], files))['out.wasm'];
}

/** A module that holds WASM as text, so that whatever bundles it needs no rule for .wasm files. */
function moduleOf(wasm) {
  const text = Buffer.from(wasm).toString('base64');
  return `// Built from kernels/step by npm run build:wasm: ${wasm.length} bytes in base64.\nexport const wasm =\n  '${text}';\n`;
}

const tree = await sourceTree(folder);
const training = Object.keys(tree).filter((name) => name.endsWith('.c'));
const kernels = await build(training.toSorted(), ['-z', 'stack-size=65536'], tree);
const step = await build(['step/integer.c', 'step/step.c'], ['-z', 'stack-size=1024'], tree);
const built = { 'kernels/kernels.wasm': kernels, 'src/runtime/wasm.ts': Buffer.from(moduleOf(step)) };
for (const [name, bytes] of Object.entries(built)) {
  const file = new URL(name, root);
  if (process.argv.includes('--check')) {
    const committed = await readFile(file).catch(() => new Uint8Array());
    if (Buffer.compare(bytes, committed) !== 0) {
      console.error(`${name} is not what kernels/ builds to: run npm run build:wasm and commit it`);
      process.exit(1);
    }
    console.log(`${name} is up to date (${bytes.length} bytes)`);
  } else {
    await writeFile(file, bytes);
    console.log(`${name}: ${bytes.length} bytes`);
  }
}
