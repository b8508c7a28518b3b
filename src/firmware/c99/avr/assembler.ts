/** An instruction, with the labels before it, or labels alone. */
interface Part {
  readonly labels: readonly string[];
  readonly instruction: string;
  /** A conditional branch whose target lies beyond its reach. */
  far: boolean;
}

const opposites = new Map(
  ['breq brne', 'brcs brcc', 'brlo brsh', 'brmi brpl', 'brvs brvc', 'brlt brge', 'brts brtc'].flatMap((pair) => {
    const [a, b] = pair.split(' ');
    return [
      [a, b],
      [b, a],
    ] as const;
  }),
);

/** A branch reaches from 64 words before the next instruction to 63 behind it. */
const reach = 63;

/**
 * Assembler text as lines of a C string. A line of `text` holds the instructions of one idea, with ';' between them and a comment
 * behind '|'. A label is written `@name`, in its definition and its uses; it becomes local to its asm statement. Where a conditional
 * branch reaches too short, the opposite one skips a jump. Every instruction in use takes one word, but for `call`.
 */
export function asmLines(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.split('|'))
    .map(([code, comment]) => ({ parts: code.split(';').flatMap(parse), comment: comment?.trim() }))
    .filter(({ parts }) => parts.length > 0);
  lengthen(lines.flatMap(({ parts }) => parts));
  return lines
    .map(({ parts, comment }) => {
      const code = parts.map((part) => written(part).replaceAll(/@(\w+)/g, '$1%=')).join(' \\n ');
      return `    "${code} \\n"${comment ? ` /* ${comment} */` : ''}`;
    })
    .join('\n');
}

function parse(text: string): Part[] {
  const [, labels, instruction] = /^\s*((?:@\w+:\s*)*)(.*?)\s*$/.exec(text) ?? [];
  if (!labels && !instruction) return [];
  return [{ labels: [...labels.matchAll(/@\w+/g)].map(([label]) => label), instruction, far: false }];
}

function branchOf({ instruction }: Part): { condition: string; target: string } | undefined {
  const [condition, target] = instruction.split(/\s+/);
  return opposites.has(condition) ? { condition, target } : undefined;
}

function written(part: Part): string {
  const labels = part.labels.map((label) => `${label}: `).join('');
  const branch = branchOf(part);
  if (!part.far || !branch) return `${labels}${part.instruction}`.trim();
  return `${labels}${opposites.get(branch.condition)} .+2 \\n rjmp ${branch.target}`;
}

/** Finds branches that reach too short, again until none is left: each one that grows moves the others' targets. */
function lengthen(parts: readonly Part[]): void {
  for (let grown = true; grown;) {
    grown = false;
    const places = new Map<string, number>();
    const addresses: number[] = [];
    let address = 0;
    for (const { labels, instruction, far } of parts) {
      for (const label of labels) places.set(label, address);
      addresses.push(address);
      address += instruction === '' ? 0 : far || instruction.startsWith('call ') ? 2 : 1;
    }
    for (const [k, part] of parts.entries()) {
      const branch = branchOf(part);
      if (!branch || part.far) continue;
      const target = places.get(branch.target);
      if (target === undefined) throw new Error(`assembler: no label ${branch.target}`);
      const distance = target - (addresses[k] + 1);
      if (distance > reach || distance < -reach) {
        part.far = true;
        grown = true;
      }
    }
  }
}

/** The register of a number. */
export const reg = (r: number): string => `r${r}`;

/** Repeats a piece of code for each index. */
export function repeat(count: number, piece: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => piece(index)).join('\n');
}

/** The low and the next byte of a number in two's complement, and so on. */
export function byteOf(value: number, index: number): number {
  return Math.floor(value / 256 ** index) & 255;
}
