import { arffReader } from './arff.js';
import { plainName, type FormatReader } from './format.js';
import { npyReader, npzReader } from './numpy.js';
import { parquetReader } from './parquet.js';
import { flacReader, mp3Reader, oggReader } from './sounds.js';
import { textReader } from './text/reader.js';
import { tsReader } from './ts.js';
import { wavReader } from './wav.js';

/** All formats. A format is added here and nowhere else. */
export const readers: readonly FormatReader[] = [
  textReader,
  tsReader,
  arffReader,
  npyReader,
  npzReader,
  parquetReader,
  wavReader,
  flacReader,
  mp3Reader,
  oggReader,
];

/** The reader of files with that ending (`.gz` after it is no matter); undefined where there is none. */
export function readerOf(file: string): FormatReader | undefined {
  const name = plainName(file);
  return readers.find(({ endings }) => endings.some((ending) => name.endsWith(ending)));
}

/** Whether a format, by its name, is one of sounds. */
export function isSoundFormat(name: string): boolean {
  return readers.some((reader) => reader.isSound === true && reader.name === name);
}

/** The endings of all formats, for messages. */
export function readableEndings(): string[] {
  return readers.flatMap(({ endings }) => [...endings]);
}

/** Whether a file is for people: README.txt is no recording. */
export function isPaper(name: string): boolean {
  return /^(readme|licen[cs]e|copying|changelog|notes?|citation)([-_. ].*)?$/i.test(name);
}
