import { joinPath, kindOf, listDirectory } from '#platform';
import { DataError } from '../errors.js';

/** A recording's file with its class and, where the class folder has subfolders, its group. */
export interface RecordingFile {
  readonly path: string;
  readonly className: string;
  readonly group: string | undefined;
}

/** The files of a folder of recordings. */
export interface RecordingFolder {
  readonly train: readonly RecordingFile[];
  /** The files below `test/`; undefined where there are no `train/` and `test/`. */
  readonly test: readonly RecordingFile[] | undefined;
  /** How many files were passed over since their names don't end like a table's. */
  readonly passedOver: number;
}

const endings = ['.csv', '.tsv', '.txt'];

/**
 * Looks through a folder of recordings: `CLASS/recording.csv` or `CLASS/GROUP/recording.csv`, and both again below
 * `train/` and `test/` where the folder has these two. Hidden files are passed over.
 *
 * @throws DataError where the folder is missing or holds nothing of the kind
 */
export async function listRecordings(root: string): Promise<RecordingFolder> {
  if ((await kindOf(root)) !== 'directory') {
    throw new DataError(
      `data.path: there is no folder ${root}; a relative path in a recipe is taken from its file, one given by --set from the working folder`,
    );
  }
  const counter = { passedOver: 0 };
  const folders = await subfolders(root);
  const parts = ['train', 'test'].filter((part) => folders.includes(part));
  if (parts.length === 1 && folders.length === 1) {
    throw new DataError(
      `${root} has ${parts[0]} but no ${parts[0] === 'train' ? 'test' : 'train'} folder; give both, or the class folders alone`,
    );
  }
  if (parts.length < 2) return { train: await listClasses(root, counter), test: undefined, ...counter };
  if (folders.length > 2) {
    const other = folders.find((folder) => !parts.includes(folder));
    throw new DataError(`${root} has train, test and also ${other}; move it into one of the two, or elsewhere`);
  }
  const train = await listClasses(joinPath(root, 'train'), counter);
  const test = await listClasses(joinPath(root, 'test'), counter);
  return { train, test, ...counter };
}

async function listClasses(root: string, counter: { passedOver: number }): Promise<RecordingFile[]> {
  const classNames = await subfolders(root);
  if (classNames.length === 0) {
    throw new DataError(`${root} has no subfolders; make one for each class, with a CSV file for each recording`);
  }
  const files: RecordingFile[] = [];
  for (const className of classNames) {
    const folder = joinPath(root, className);
    const own = await listTables(folder, counter);
    const found = own.map((path): RecordingFile => ({ path, className, group: undefined }));
    for (const group of await subfolders(folder)) {
      const tables = await listTables(joinPath(folder, group), counter);
      found.push(...tables.map((path) => ({ path, className, group })));
    }
    if (found.length === 0)
      throw new DataError(`${folder} has no files that end in ${endings.join(', ')}; add recordings or take it out`);
    files.push(...found);
  }
  return files;
}

async function subfolders(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await listDirectory(folder)) {
    if (!name.startsWith('.') && (await kindOf(joinPath(folder, name))) === 'directory') names.push(name);
  }
  return names;
}

async function listTables(folder: string, counter: { passedOver: number }): Promise<string[]> {
  const tables: string[] = [];
  for (const name of await listDirectory(folder)) {
    const path = joinPath(folder, name);
    if (name.startsWith('.') || (await kindOf(path)) !== 'file') continue;
    if (endings.some((ending) => name.toLowerCase().endsWith(ending))) tables.push(path);
    else counter.passedOver++;
  }
  return tables;
}
