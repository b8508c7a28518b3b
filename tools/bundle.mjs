// Puts the modules of dist into few files: importing the package then reads a dozen files instead of hundreds.
//   node tools/bundle.mjs      after tsc, as a part of npm run build
// Every entry of the package keeps its place, and what several entries share stands in dist/chunks once, so that a class is one class
// whichever entry it comes by. Types stay as tsc wrote them, a file a module. dist/platform stays too: #platform and #workers choose between its files.
import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');

/** The command line's parser, which is CommonJS, and what is loaded only when it is needed. */
const external = /^(#|node:|commander|hyparquet|rp2040js|opus-decoder|mpg123-decoder|@wasm-audio-decoders)/;
/** What no bundle replaces: the door to the host, and helpers of tests. */
const kept = /^(platform|testing)\//;

const { exports } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
/** Entries that no user imports: the command, a training's worker, and what checks and benches look at. */
const inner = [
  ...['cli/main', 'cli/program', 'training/worker', 'training/exchange', 'training/shards', 'training/batches'],
  ...['data/formats/readers', 'pipeline/prepare'],
];
const files = [...Object.values(exports), ...inner.map((name) => `./dist/${name}.js`)]
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.replace('./dist/', ''));

const folder = await mkdtemp(path.join(tmpdir(), 'fastgrnn-bundle-'));
try {
  const build = await rolldown({
    input: Object.fromEntries(files.map((file) => [file.replace(/\.js$/, ''), path.join(dist, file)])),
    external: (id) => external.test(id),
    platform: 'neutral',
    resolve: { mainFields: ['module', 'main'] },
  });
  await build.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  await build.close();
  for (const file of await readdir(dist, { recursive: true })) {
    if (file.endsWith('.js') && !kept.test(file.replaceAll('\\', '/'))) await rm(path.join(dist, file));
  }
  await cp(folder, dist, { recursive: true });
} finally {
  await rm(folder, { recursive: true, force: true });
}
