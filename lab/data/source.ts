/** Where the data sets come from, and what the right files look like. Data alone: no code knows an address of its own. */

/** One file of a data set, and how the right one is known. */
export type Member = {
  /** Its name in the archive and on disk. */
  readonly name: string;
} & (
  | {
      /** Its exact size. */
      readonly bytes: number;
    }
  | {
      /** It is a small text of this many lines, empty ones apart. */
      readonly lines: number;
    }
);

/** A gzipped tar archive on a server. */
export interface ArchiveSource {
  readonly url: string;
  /** Size of the archive. */
  readonly bytes: number;
  /** MD5 of the archive, in hexadecimal: what its authors publish. */
  readonly md5: string;
  /** The files that are unpacked, whatever else is in the archive. */
  readonly members: readonly Member[];
}

/** CIFAR-100 as its authors offer it: https://www.cs.toronto.edu/~kriz/cifar.html, the "binary version". */
export const CIFAR100_SOURCE: ArchiveSource = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
  bytes: 168_513_733,
  md5: '03b5dce01913d631647c71ecec9e9cb8',
  members: [
    { name: 'train.bin', bytes: 153_700_000 },
    { name: 'test.bin', bytes: 30_740_000 },
    { name: 'fine_label_names.txt', lines: 100 },
    { name: 'coarse_label_names.txt', lines: 20 },
  ],
};
