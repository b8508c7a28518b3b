import type { Random } from '../math/index.js';
import { words } from './words.js';

/** What a wake word may be made of: synthesisers read anything else each in their own way. */
const sayable = /^[A-Za-z][A-Za-z' -]*[A-Za-z]$/;

/** Why a phrase can't be a wake word, or undefined where it can. */
export function phraseProblem(phrase: string): string | undefined {
  if (!sayable.test(phrase)) {
    return 'a wake word is made of letters, spaces, hyphens and apostrophes; write numbers and abbreviations as they are said';
  }
  const letters = phrase.replaceAll(/[^A-Za-z]/g, '').length;
  if (letters < 4) return `${letters} letters are too short to be told from other speech; take a phrase of 4 to 30`;
  if (letters > 30) return `${letters} letters are too long to be said in one breath; take a phrase of 4 to 30`;
  return undefined;
}

/**
 * Something that isn't the wake word: what sounds like it (parts of it, and it with other sounds in places), a word, or a few words
 * in a row.
 */
export function otherPhrase(phrase: string, random: Random): string {
  const kind = random.uniform();
  if (kind < 0.35) {
    const like = similarPhrase(phrase, random);
    const [own, other] = [sounds(phrase), sounds(like)];
    // What differs by less than half of its letters may be said as the wake word is.
    if (!other.includes(own) && distance(own, other) * 2 >= own.length) return like;
  }
  const count = kind < 0.65 ? 1 : 2 + random.below(3);
  const said = Array.from({ length: count }, () => words[random.below(words.length)]).join(' ');
  return sounds(said).includes(sounds(phrase)) ? 'something else' : said;
}

/** Letters alone: what is compared. */
function sounds(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z]/g, '');
}

/** Levenshtein's distance: letters to insert, leave out or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1])));
    }
    row = next;
  }
  return row[b.length];
}

const vowels = 'aeiou';
const consonants = 'bdfghklmnprstvwz';

/** A part of the wake word, alone or with another word, or the wake word with other letters in several places. */
function similarPhrase(phrase: string, random: Random): string {
  const parts = phrase.split(/[ -]+/);
  const another = () => words[random.below(words.length)];
  const kind = random.uniform();
  if (parts.length > 1 && kind < 0.6) {
    const kept = random.below(parts.length);
    const rest = parts.map((part, i) => (i === kept ? part : another()));
    return kind < 0.2 ? parts[kept] : rest.join(' ');
  }
  const [word] = parts.length > 1 ? [parts[random.below(parts.length)]] : parts;
  const changed = kind < 0.75 && word.length >= 5 ? half(word, random, another) : misspelt(word, random);
  return parts.length > 1 ? parts.map((part) => (part === word ? changed : part)).join(' ') : changed;
}

/** The first or the last half of a word, with another word's other half. */
function half(word: string, random: Random, another: () => string): string {
  const at = (word.length >> 1) + random.below(2);
  const other = another();
  const middle = other.length >> 1;
  return random.uniform() < 0.5 ? word.slice(0, at) + other.slice(middle) : other.slice(0, middle + 1) + word.slice(at);
}

/** Two thirds of the letters become others of their kind. */
function misspelt(word: string, random: Random): string {
  const letters = [...word.toLowerCase()];
  const count = Math.round((2 * letters.length) / 3);
  for (let i = 0; i < count; i++) {
    const at = random.below(letters.length);
    const kind = vowels.includes(letters[at]) ? vowels : consonants;
    letters[at] = kind[random.below(kind.length)];
  }
  return letters.join('');
}
