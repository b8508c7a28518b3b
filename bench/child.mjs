// A process that holds one implementation, asked for work by a line of JSON and answering by one, so that implementations of
// all languages take turns. Between two requests it sleeps.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Child {
  #process;
  #answers;
  #errors = '';
  #ended;

  constructor(command, args, environment = {}) {
    this.#process = spawn(command, args, {
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#process.stderr.on('data', (text) => (this.#errors = (this.#errors + text).slice(-4000)));
    this.#process.stdin.on('error', () => {}); // a dead process is told by the missing answer
    this.#ended = new Promise((resolve) => {
      this.#process.on('error', (error) => resolve(error.message));
      this.#process.on('exit', (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
    });
  }

  /** Sends a request and waits for its answer. Throws what the process says of its failure. */
  async ask(request) {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done) {
        const end = await this.#ended;
        const lines = this.#errors.trim().split('\n');
        throw new Error(`${end}: ${lines.findLast((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1)}`);
      }
      if (!value.startsWith('{')) continue; // a library's own words
      const answer = JSON.parse(value);
      if (answer.error) throw new Error(answer.error);
      return answer;
    }
  }

  async stop() {
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 5000);
    await this.#ended;
    clearTimeout(timer);
  }
}
