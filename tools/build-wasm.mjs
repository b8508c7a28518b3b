// Builds kernels/kernels.wasm from kernels/*.c with the pinned compiler (npm ci --prefix tools), the same bytes everywhere.
//   node tools/build-wasm.mjs           writes the file
//   node tools/build-wasm.mjs --check   builds, compares with the file, exits 1 when they differ
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { commands } from '@yowasp/clang';

const folder = new URL('../kernels/', import.meta.url);
const target = new URL('kernels.wasm', folder);

// Compile and link apart: given both, clang's driver would run whatever wasm-opt it finds, and engines then run slower code.
// Without loop strength reduction, addresses stay a register and a constant, which cost a WASM engine no instruction.
const compilerFlags = [
  '--target=wasm32', '-std=c17', '-O3', '-msimd128', '-mbulk-memory', '-ffreestanding', '-ffp-contract=off',
  '-fno-math-errno', '-fvisibility=hidden', '-Wall', '-Wextra', '-Werror', '-DVL=4', '-mllvm', '-disable-lsr', '-c',
]; // prettier-ignore
const linkerFlags = ['--no-entry', '--export-dynamic', '--export=__heap_base', '-z', 'stack-size=65536', '--strip-all'];

async function build() {
  const names = (await readdir(folder)).filter((name) => /\.[ch]$/.test(name)).toSorted();
  let tree = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder), 'utf8')])),
  );
  const objects = [];
  for (const source of names.filter((name) => name.endsWith('.c'))) {
    const object = source.replace(/\.c$/, '.o');
    tree = await commands['clang']([...compilerFlags, source, '-o', object], tree);
    objects.push(object);
  }
  return (await commands['wasm-ld']([...linkerFlags, ...objects, '-o', 'kernels.wasm'], tree))['kernels.wasm'];
}

const built = await build();
if (process.argv.includes('--check')) {
  const committed = await readFile(target).catch(() => new Uint8Array());
  if (Buffer.compare(built, committed) !== 0) {
    console.error('kernels/kernels.wasm is not what kernels/*.c builds to: run npm run build:wasm and commit it');
    process.exit(1);
  }
  console.log(`kernels/kernels.wasm is up to date (${built.length} bytes)`);
} else {
  await writeFile(target, built);
  console.log(`kernels/kernels.wasm: ${built.length} bytes`);
}
