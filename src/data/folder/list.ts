import { joinPath, kindOf, listDirectory } from '#platform';
import { DataError } from '../errors.js';
import { isLabelFile } from '../formats/numpy.js';
import { isPaper, readableEndings, readerOf } from '../formats/readers.js';

/** A file with recordings, and what its place in the folder says of it. */
export interface RecordingFile {
  readonly path: string;
  /** Relative to the folder of recordings. */
  readonly file: string;
  /** The class folder that it lies in, where folders hold the labels. */
  readonly className: string | undefined;
  /** The subfolder of its class folder, or of the whole folder where labels stand elsewhere. */
  readonly group: string | undefined;
  /** By a folder `train` or `test`, or by `_TRAIN` or `_TEST` at the end of its name. */
  readonly part: 'train' | 'test' | undefined;
}

export interface FolderListing {
  readonly files: readonly RecordingFile[];
  /** How many files were passed over since no reader knows their ending. */
  readonly passedOver: number;
}

/** How deep folders are looked into: parts, classes, groups. */
const deepest = 4;

/**
 * Looks through a folder of recordings, or takes the one file that `root` is. Hidden files and folders are passed over, and
 * so is the file of labels.
 *
 * @param byFolder labels are class folders: `CLASS/recording` or `CLASS/GROUP/recording`, both also below `train/` and `test/`
 * @throws DataError where the folder is missing or holds nothing that can be read
 */
export async function listRecordings(
  root: string,
  byFolder: boolean,
  labelFile: string | undefined,
): Promise<FolderListing> {
  const kind = await kindOf(root);
  if (kind === undefined) {
    throw new DataError(
      `data.path: there is no folder ${root}; a relative path in a recipe is taken from its file, one given by --set from the working folder`,
    );
  }
  if (kind === 'file') {
    if (byFolder)
      throw new DataError(
        `data.path: ${root} is a file, but data.labels.from is folder; name the folder of class folders, or set data.labels`,
      );
    const file = root.replace(/^.*[/\\]/, '');
    return {
      files: [{ path: root, file, className: undefined, group: undefined, part: partOf(file, []) }],
      passedOver: 0,
    };
  }
  const files: RecordingFile[] = [];
  let passedOver = 0;
  const visit = async (folder: string, names: readonly string[]): Promise<void> => {
    if (names.length > deepest)
      throw new DataError(`${folder}: folders are nested deeper than ${deepest}; flatten them`);
    const entries = (await listDirectory(folder)).filter((name) => !name.startsWith('.'));
    for (const name of entries) {
      const path = joinPath(folder, name);
      const what = await kindOf(path);
      if (what === 'directory') await visit(path, [...names, name]);
      if (what !== 'file' || [...names, name].join('/') === labelFile) continue;
      if (isLabelFile(name)) continue;
      if (readerOf(name) === undefined || isPaper(name)) passedOver += Number(!isRecipe(name));
      else files.push(place(path, names, name, byFolder, root));
    }
  };
  await visit(root, []);
  if (files.length === 0)
    throw new DataError(
      `${root} has no recordings${passedOver > 0 ? `: none of its ${passedOver} files ends in ${readableEndings().join(', ')}` : ''}; add some, plain or with .gz`,
    );
  checkParts(root, files);
  return { files, passedOver };
}

function isRecipe(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

function place(path: string, folders: readonly string[], name: string, byFolder: boolean, root: string): RecordingFile {
  const inPart = folders[0] === 'train' || folders[0] === 'test';
  const inner = inPart ? folders.slice(1) : folders;
  const file = [...folders, name].join('/');
  if (!byFolder) return { path, file, className: undefined, group: inner[0], part: partOf(name, folders) };
  if (inner.length === 0) {
    throw new DataError(
      `${file} lies in no class folder of ${root}; make a subfolder for each class and move it into its own, or say where the labels stand (data.labels)`,
    );
  }
  return { path, file, className: inner[0], group: inner[1], part: partOf(name, folders) };
}

function partOf(name: string, folders: readonly string[]): RecordingFile['part'] {
  if (folders[0] === 'train' || folders[0] === 'test') return folders[0];
  const match = /_(train|test)\.[a-z]+(\.gz)?$/i.exec(name);
  return match ? (match[1].toLowerCase() as 'train' | 'test') : undefined;
}

/** Parts are given for all files or for none, and both are there. */
function checkParts(root: string, files: readonly RecordingFile[]): void {
  const parts = new Set(files.map(({ part }) => part));
  if (parts.size === 1 && parts.has(undefined)) return;
  const stray = files.find(({ part }) => part === undefined);
  if (stray) {
    throw new DataError(
      `${root} has recordings in train or test, and others, such as ${stray.file}, in neither; move them into one of the two, or elsewhere`,
    );
  }
  if (parts.size === 1) {
    const [only] = parts;
    throw new DataError(
      `${root} has ${only} but no ${only === 'train' ? 'test' : 'train'} recordings; give both, or take the word out of the names`,
    );
  }
}
