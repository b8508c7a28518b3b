// Builds the native kernels, kernels/build/kernels.node, with the system's C compiler ($CC, or clang, or cc): one object for each
// instruction set, and the addon that chooses among them at run time.
//   node tools/build-native.mjs            says what is wrong when it can't, and exits 1
//   node tools/build-native.mjs --quiet    says one line when it can't, and exits 0: WASM serves then, with the same bits
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { include_dir } from 'node-api-headers';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = path.join(root, 'kernels/native');
const target = path.join(root, 'kernels/build');
/** Clang's code for the widest vectors is a tenth faster than gcc's; both give the same bits. */
const compiler = process.env.CC || (spawnSync('clang', ['--version']).status === 0 ? 'clang' : 'cc');

/** Of each architecture: the flags of each variant; one with _fma may fuse a product and a sum, which changes bits. */
const { flags, ...variants } = JSON.parse(readFileSync(path.join(source, 'variants.json'), 'utf8'));
const linking = { darwin: ['-bundle', '-undefined', 'dynamic_lookup'] };

function compile(...args) {
  execFileSync(compiler, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function build() {
  const list = variants[process.arch];
  if (!list || process.platform === 'win32')
    throw new Error(`no native kernels for ${process.platform} on ${process.arch}`);
  mkdirSync(target, { recursive: true });
  const folder = mkdtempSync(path.join(target, 'objects-'));
  try {
    const objects = Object.entries(list).map(([name, own]) => {
      const object = path.join(folder, `${name}.o`);
      compile(...flags, ...own, `-DRUN=run_${name}`, '-c', path.join(source, 'variant.c'), '-o', object);
      return object;
    });
    const addon = path.join(folder, 'kernels.node');
    const shared = ['addon.c', '../elementary.c'].map((name) => path.join(source, name));
    const link = linking[process.platform] ?? ['-shared', '-Wl,--gc-sections', '-s'];
    const beside = createHash('sha256')
      .update(readFileSync(path.join(root, 'kernels/kernels.wasm')))
      .digest('hex');
    const facts = [`-I${include_dir}`, `-DBUILT_BESIDE="${beside}"`];
    compile(...flags, ...facts, ...shared, ...objects, ...link, '-o', addon);
    renameSync(addon, path.join(target, 'kernels.node')); // whole or not at all: another process may be loading it
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return Object.keys(list).map((name) => name.replace('_', '-'));
}

try {
  console.log(`native kernels: ${build().join(', ')} (${compiler})`);
} catch (error) {
  const reason =
    error.code === 'ENOENT' ? `there is no C compiler ${compiler}` : (error.stderr?.toString() || error.message).trim();
  if (process.argv.includes('--quiet')) {
    console.log(`native kernels not built (${reason.split('\n')[0]}): WebAssembly serves`);
  } else {
    console.error(
      `native kernels can't be built: ${reason}\nInstall a C compiler, or name one by CC=…; without them WebAssembly serves, with the same bits.`,
    );
    process.exitCode = 1;
  }
}
