import { InvalidArgumentError } from 'commander';

/** Collects `--set k=v` given more than once. */
export function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

/** A whole number of at least `least`, for commander. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`it must be a whole number of at least ${least}.`);
    }
    return value;
  };
}
