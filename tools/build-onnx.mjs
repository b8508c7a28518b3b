// Generates src/interchange/onnx/onnx_pb.ts, which writes and reads ONNX files, from onnx.proto beside it (npm ci --prefix tools/onnx).
//   node tools/build-onnx.mjs           writes the file
//   node tools/build-onnx.mjs --check   generates, compares with the file, exits 1 when they differ
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = path.join(root, 'tools/onnx/node_modules/.bin');
const sources = path.join(root, 'src/interchange/onnx');
const target = path.join(sources, 'onnx_pb.ts');

const folder = await mkdtemp(path.join(tmpdir(), 'fastgrnn-onnx-'));
try {
  const plugin = { local: path.join(bin, 'protoc-gen-es'), out: folder, opt: ['target=ts', 'import_extension=js'] };
  const template = JSON.stringify({ version: 'v2', plugins: [plugin] });
  execFileSync(path.join(bin, 'buf'), ['generate', '--template', template, '--path', 'onnx.proto'], {
    cwd: sources,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const generated = await readFile(path.join(folder, 'onnx_pb.ts'), 'utf8');
  if (!process.argv.includes('--check')) await writeFile(target, generated);
  else if (generated !== (await readFile(target, 'utf8'))) {
    console.error('src/interchange/onnx/onnx_pb.ts is not what onnx.proto gives: run npm run build:onnx and commit it');
    process.exitCode = 1;
  } else console.log('src/interchange/onnx/onnx_pb.ts is up to date');
} finally {
  await rm(folder, { recursive: true, force: true });
}
