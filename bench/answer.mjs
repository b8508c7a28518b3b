// The other end of child.mjs, for implementations in JavaScript: a process that answers one request a line.
import { createInterface } from 'node:readline';

/**
 * @param commands by name, functions of the request that return the answer. An error is told, and ends the process.
 */
export async function answerRequests(commands) {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    try {
      process.stdout.write(`${JSON.stringify(await commands[request.do](request))}\n`);
    } catch (error) {
      process.stdout.write(`${JSON.stringify({ error: String(error.stack ?? error) })}\n`);
      process.exit(1);
    }
  }
  process.exit(0);
}
