// Checks the package as it would be published. Needs npm ci --prefix tools/package (npm run check:package does it).
//   publint and are-the-types-wrong on the tarball; its size; every entry imports; what fastgrnn/runtime pulls in and how large it is;
//   and the tarball, installed in an empty project, on every version of Node that the package supports, by WASM and by the native
//   kernels of this clone.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from './package/node_modules/rolldown/dist/index.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tools = path.join(root, 'tools/package/node_modules');
/**
 * A seventh above what it was when the bound was set: a package that grows by more has gained something by mistake. 1.09 MB with sound,
 * its integer front end, the detector, synthesis and the firmware of gated cells.
 */
const mostPacked = 1_250_000;
/** A tenth above the 23.6 KB that it was with the integer cells of several gates and the detector in it; frames of sound cost a bundle only what it uses. */
const mostRuntime = 26 * 1024;

const failures = [];
function check(what, right, figure = '') {
  console.log(`${right ? 'ok     ' : 'WRONG  '} ${what}${figure === '' ? '' : `: ${figure}`}`);
  if (!right) failures.push(what);
}
/** Runs a program; false, with what it said, where it fails. */
function passes(program, args, cwd = root) {
  try {
    return {
      right: true,
      said: execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    };
  } catch (error) {
    return { right: false, said: `${error.stdout ?? ''}${error.stderr ?? error.message}`.trim() };
  }
}

/** A program of a stranger: data in memory to C and to a stream, on the kernels that its argument names. */
const loop = `
import { createHash } from 'node:crypto';
import { convert, exportC, train } from 'fastgrnn';
import { loadModel } from 'fastgrnn/runtime';
const sequences = Array.from({ length: 40 }, (_, i) => Array.from({ length: 12 }, (_, t) => [i % 2 ? t / 10 : -t / 10, ((i * 7 + t * 3) % 11) / 11]));
const labels = sequences.map((_, i) => (i % 2 ? 'up' : 'down'));
const { model } = await train({ sequences, labels, network: { hiddenSize: 8 }, training: { epochs: [20, 0, 0], batchSize: 16 }, backend: process.argv[2] });
const integer = convert(model);
const bytes = await integer.save();
const files = exportC(integer, { prefix: 'net' });
const stream = (await loadModel(bytes)).stream();
for (const frame of sequences[1]) stream.step(Float32Array.from(frame));
if (!files['net.c'].includes('net_step')) throw new Error('no step in the exported C');
console.log('class ' + stream.predict() + ', model ' + createHash('sha256').update(bytes).digest('hex').slice(0, 16));
`;

const folder = await mkdtemp(path.join(tmpdir(), 'fastgrnn-package-'));
try {
  const { name, exports } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const tarball = path.join(folder, `${name}-${version}.tgz`);
  const { size } = await stat(tarball);
  check('packed size', size <= mostPacked, `${size} bytes, at most ${mostPacked}`);

  const linted = passes(process.execPath, [path.join(tools, 'publint/src/cli.js'), 'run', tarball, '--strict']);
  check('publint', linted.right, linted.right ? '' : linted.said);
  const typed = passes(process.execPath, [
    path.join(tools, '@arethetypeswrong/cli/dist/index.js'),
    tarball,
    '--profile',
    'esm-only',
    '--no-emoji',
  ]);
  check('are the types wrong', typed.right, typed.right ? '' : typed.said);

  const app = path.join(folder, 'app');
  await mkdir(app);
  await writeFile(path.join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n');
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', tarball], {
    cwd: app,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const entries = Object.keys(exports).filter((entry) => entry !== './package.json');
  await writeFile(
    path.join(app, 'entries.mjs'),
    `${entries.map((entry) => `import '${name}${entry.slice(1)}';`).join('\n')}\n`,
  );
  await writeFile(path.join(app, 'loop.mjs'), loop);
  const cli = path.join(app, 'node_modules', name, 'dist/cli/main.js');
  const nodes = {
    [`Node ${process.versions.node}`]: process.execPath,
    'Node 22': path.join(tools, 'node22/bin/node'),
    'Node 24': path.join(tools, 'node24/bin/node'),
  };
  // The package comes without native kernels; those of the clone are laid where it looks for them.
  const addon = path.join(root, 'kernels/build/kernels.node');
  const backends = ['wasm'];
  if (existsSync(addon)) {
    await mkdir(path.join(app, 'node_modules', name, 'kernels/build'));
    await copyFile(addon, path.join(app, 'node_modules', name, 'kernels/build/kernels.node'));
    backends.push('native');
  } else check('the clone has native kernels (npm run build:native)', !process.env.CI);
  const bytes = new Set();
  for (const [title, node] of Object.entries(nodes)) {
    const all = passes(node, ['entries.mjs'], app);
    check(`${title}: all ${entries.length} entries import`, all.right, all.right ? '' : all.said);
    const told = passes(node, [cli, 'doctor'], app);
    check(`${title}: the command runs`, told.right, told.right ? '' : told.said);
    for (const backend of backends) {
      const trained = passes(node, ['loop.mjs', backend], app);
      check(`${title}, ${backend}: trains, converts, exports, streams`, trained.right, trained.said.trim());
      bytes.add(trained.said);
    }
  }
  check(`the same model on all of them, by ${backends.join(' and ')}`, bytes.size === 1);

  const runtime = await bundle(app, `export { loadModel } from '${name}/runtime';`);
  const packed = gzipSync(runtime.code).length;
  check(
    `${name}/runtime bundled, minified, gzipped`,
    packed <= mostRuntime,
    `${packed} bytes, at most ${mostRuntime}, WASM included`,
  );
  const inside = await sourcesOf(name, runtime.modules);
  const foreign = [
    ...runtime.modules.filter(
      (id) => !id.includes(`node_modules/${name}/dist/`) && !id.includes('entry.mjs') && !id.startsWith('\0'),
    ),
    ...inside.filter(([, place]) => place === 'node_modules').map(([, , file]) => file),
  ];
  const rooms = new Set(inside.map(([, , file]) => file.split('/')[0]));
  check(
    `${name}/runtime pulls in no library`,
    foreign.length === 0,
    foreign.join(', ') || `rooms: ${[...rooms].sort().join(', ')}`,
  );
  await checkCells(app, name, exports);
  const heavy = ['data', 'training', 'report', 'pipeline', 'boards', 'firmware', 'cli', 'api'].filter((room) =>
    rooms.has(room),
  );
  check(`${name}/runtime pulls in no room of training`, heavy.length === 0, heavy.join(', '));
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (failures.length > 0) process.exit(1);

/** Places of the sources, as in [text, 'dist', 'network/stack.js'], in chunks of the package: its own bundle names each module above its code. */
async function sourcesOf(name, modules) {
  const texts = await Promise.all(
    modules.filter((id) => id.includes(`${name}/dist/`)).map((id) => readFile(id, 'utf8')),
  );
  return texts.flatMap((text) => [...text.matchAll(/^\/\/ (dist|node_modules)\/(\S+)$/gm)]);
}

/** An engine of one cell brings that cell's file and no other's: how large it is, kernels not counted, since they are a file beside it. */
async function checkCells(app, name, exports) {
  const cells = Object.keys(exports).flatMap((entry) => /^\.\/cells\/(.+)$/.exec(entry)?.[1] ?? []);
  const cellsIn = async (modules) => {
    const sources = (await sourcesOf(name, modules)).map(([, , file]) => file);
    return cells.filter((one) => sources.includes(`network/cells/${one}.js`));
  };
  const sizes = [];
  for (const cell of cells) {
    const { code, modules } = await bundle(
      app,
      `export * from '${name}/engine'; export * from '${name}/cells/${cell}';`,
    );
    const inside = await cellsIn(modules);
    check(`${name}/cells/${cell} pulls in no other cell`, inside.join() === cell, inside.join(', '));
    sizes.push(`${cell} ${gzipSync(code).length}`);
  }
  const all = await bundle(app, `export { NetworkEngine } from '${name}/network';`);
  const count = (await cellsIn(all.modules)).length;
  check(`NetworkEngine of ${name}/network has all ${cells.length} cells`, count === cells.length);
  console.log(`        bytes gzipped: ${sizes.join(', ')}; with all cells ${gzipSync(all.code).length}`);
}

/** One file of an entry as a page would load it, and the modules that are in it. */
async function bundle(app, code) {
  const entry = path.join(app, 'entry.mjs');
  await writeFile(entry, code);
  const build = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: { conditionNames: ['browser', 'import'] },
    logLevel: 'silent',
  });
  const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false });
  await build.close();
  return { code: output[0].code, modules: output[0].moduleIds };
}
