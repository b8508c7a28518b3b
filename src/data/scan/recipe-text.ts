import type { ProposedLine } from './propose.js';

/** A proposed recipe as YAML, each reason as a comment after its field. */
export function recipeText(lines: readonly ProposedLine[], heading: readonly string[]): string {
  const text = heading.map((line) => (line === '' ? '#' : `# ${line}`));
  let open: string[] = [];
  for (const { field, value, why } of inGroups(lines)) {
    const names = field.split('.');
    const groups = names.slice(0, -1);
    let shared = 0;
    while (shared < groups.length && groups[shared] === open[shared]) shared++;
    for (let depth = shared; depth < groups.length; depth++) text.push(`${'  '.repeat(depth)}${groups[depth]}:`);
    open = groups;
    text.push(
      `${'  '.repeat(groups.length)}${names[names.length - 1]}: ${yaml(value)}${why ? ` # ${why.replaceAll('\n', ' ')}` : ''}`,
    );
  }
  return `${text.join('\n')}\n`;
}

/** Fields of one group one after the other, in the order in which groups first come; plain fields before inner groups. */
function inGroups(lines: readonly ProposedLine[]): ProposedLine[] {
  const rank = new Map<string, number>();
  for (const { field } of lines) {
    const names = field.split('.');
    for (let depth = 1; depth < names.length; depth++) {
      const group = names.slice(0, depth).join('.');
      if (!rank.has(group)) rank.set(group, rank.size);
    }
  }
  const keys = new Map(
    lines.map((line, i) => {
      const names = line.field.split('.');
      const key = names.slice(0, -1).map((_, depth) => rank.get(names.slice(0, depth + 1).join('.')) ?? 0);
      return [line, key.length === 0 ? [rank.size, i] : key];
    }),
  );
  return lines
    .map((line, i) => ({ line, i, key: keys.get(line) ?? [] }))
    .sort((a, b) => compare(a.key, b.key) || a.i - b.i)
    .map(({ line }) => line);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0; // a field and an inner group keep the order in which they came
}

function yaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yaml).join(', ')}]`;
  if (typeof value !== 'string') return String(value);
  const plain =
    /^[A-Za-z_.][\w ./-]*$/.test(value) && !/^(true|false|null|~|\.inf|\.nan)$/i.test(value) && !/ $|: /.test(value);
  return plain ? value : JSON.stringify(value);
}
