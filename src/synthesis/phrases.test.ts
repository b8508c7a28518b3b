import { describe, expect, it } from 'vitest';
import { Random } from '../math/index.js';
import { otherPhrase, phraseProblem } from './phrases.js';
import { words } from './words.js';

const letters = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, '');

describe('phrases', () => {
  it.each(['jarvis', 'hey river', "o'clock", 'Hey-Snips'])('%s can be a wake word', (phrase) => {
    expect(phraseProblem(phrase)).toBeUndefined();
  });

  it.each([
    ['abc', /3 letters are too short/],
    ['', /is made of letters/],
    ['agent 47', /write numbers/],
    ['$(reboot)', /is made of letters/],
    ['-v en', /is made of letters/],
    ['a phrase that goes on and on without an end', /too long/],
  ])('%j is refused with the reason', (phrase, reason) => {
    expect(phraseProblem(phrase)).toMatch(reason);
  });

  it.each(['jarvis', 'hey river', 'river'])(
    'what is said beside %s never holds it, and often sounds like it',
    (phrase) => {
      const random = new Random(7);
      const said = Array.from({ length: 3000 }, () => otherPhrase(phrase, random));
      expect(said.filter((text) => letters(text).includes(letters(phrase)))).toEqual([]);
      expect(said.filter((text) => !/^[A-Za-z' -]+$/.test(text))).toEqual([]);
      const known = new Set(words);
      const like = said.filter((text) => text.split(' ').some((word) => !known.has(word)));
      expect(like.length).toBeGreaterThan(300);
      expect(new Set(said).size).toBeGreaterThan(2000);
    },
  );

  it('is a function of the seed', () => {
    const draw = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => otherPhrase('jarvis', random));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});
