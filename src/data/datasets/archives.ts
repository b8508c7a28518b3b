/** An archive that `data get` fetches. */
export interface DataArchive {
  /** The data set that it belongs to. */
  readonly name: string;
  /** Which edition, where there are several. */
  readonly version?: string;
  readonly url: string;
  /** SHA-256 of the archive, and who published it; undefined where nobody has: then what was got first is written down and held to. */
  readonly sha256?: string;
  readonly bytes?: number;
  readonly packed: 'tar.gz' | 'zip';
  /** Where it is unpacked, below the folder of data sets. */
  readonly folder: string;
  /** What an unpacked archive must have. */
  readonly marks: readonly string[];
  /** Bytes that it takes when it is unpacked, roughly: files in blocks of 4 KB. */
  readonly unpacked: number;
}

const google = 'https://storage.googleapis.com/download.tensorflow.org/data';
const speechMarks = ['testing_list.txt', 'validation_list.txt', '_background_noise_', 'yes'];

/**
 * The official archives. Checksums of Speech Commands v0.01 as torchaudio publishes it, of v0.02 and its test files as TensorFlow Datasets
 * (url_checksums/speech_commands.txt) does; for UCI HAR none is published.
 */
export const dataArchives: readonly DataArchive[] = [
  {
    name: 'speech-commands',
    version: 'v0.02',
    url: `${google}/speech_commands_v0.02.tar.gz`,
    sha256: 'af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58',
    bytes: 2_428_923_189,
    packed: 'tar.gz',
    folder: 'speech_commands_v0.02',
    marks: speechMarks,
    unpacked: 3_800_000_000,
  },
  {
    name: 'speech-commands',
    version: 'v0.02',
    url: `${google}/speech_commands_test_set_v0.02.tar.gz`,
    sha256: 'cc2a00c1147c2254e9be3fa0f779d8c17421dc349b86366567a8edfa9acd51df',
    bytes: 112_563_277,
    packed: 'tar.gz',
    folder: 'speech_commands_v0.02/_test_set_',
    marks: ['_silence_', '_unknown_', 'yes'],
    unpacked: 180_000_000,
  },
  {
    name: 'speech-commands',
    version: 'v0.01',
    url: `${google}/speech_commands_v0.01.tar.gz`,
    sha256: '743935421bb51cccdb6bdd152e04c5c70274e935c82119ad7faeec31780d811d',
    packed: 'tar.gz',
    folder: 'speech_commands_v0.01',
    marks: speechMarks,
    unpacked: 2_400_000_000,
  },
  {
    name: 'uci-har',
    url: 'https://archive.ics.uci.edu/static/public/240/human+activity+recognition+using+smartphones.zip',
    packed: 'zip',
    folder: 'uci-har',
    marks: ['activity_labels.txt', 'train', 'test'],
    unpacked: 290_000_000,
  },
];
