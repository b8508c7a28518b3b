// Installs what our training is compared with, into this folder: npm run bench:peers [-- tfjs] [-- python]
//   tfjs    TensorFlow.js from npm, 310 MB
//   python  PyTorch and JAX from PyPI into a virtual environment: 6 GB, nearly all of it libraries for GPUs that PyPI's torch brings along
// Without a name, both. FASTGRNN_PYTHON names the Python that makes the environment (default python3; 3.11 or newer).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' });
  if (status === 0) return;
  console.error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  process.exit(1);
}

const installers = {
  tfjs: () => run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']),
  python() {
    console.log('PyTorch and JAX from PyPI: 3 GB to fetch, 6 GB on the disk');
    run(process.env.FASTGRNN_PYTHON ?? 'python3', ['-m', 'venv', 'venv']);
    run('venv/bin/python', ['-m', 'pip', 'install', '--disable-pip-version-check', '-r', 'requirements.txt']);
  },
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(installers);
for (const name of names) {
  if (!(name in installers)) {
    console.error(`no peers called ${name}: there are ${Object.keys(installers).join(' and ')}`);
    process.exit(1);
  }
}
for (const name of names) installers[name]();
