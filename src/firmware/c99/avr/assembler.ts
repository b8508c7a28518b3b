/**
 * Assembler text as lines of a C string. A line of `text` holds the instructions of one idea, with ';' between them and a comment
 * behind '|'. A label is written `@name`, in its definition and its uses; it becomes local to its asm statement.
 */
export function asmLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [code, comment] = line.split('|').map((part) => part.trim());
      const instructions = code
        .split(';')
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map((part) => part.replaceAll(/@(\w+)/g, '$1%='));
      return `    "${instructions.join(' \\n ')} \\n"${comment ? ` /* ${comment} */` : ''}`;
    })
    .join('\n');
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
