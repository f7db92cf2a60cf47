/** Unpacks chosen members of a gzipped tar archive: all of them under their own names, or none. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../src/errors.js';
import { explained } from '../../src/host/node/system-error.js';
import { faultOf, largestSize } from './member.js';
import type { ArchiveSource, Member } from './source.js';
import { readTar, type TarPart } from './tar.js';

/** What an archive may hold beside its members: headers, padding, notes. */
const OTHER_BYTES = 2 ** 24;

/** Called with the bytes done and the bytes there are. */
export type OnBytes = (done: number, total: number) => void;

export interface StreamOptions {
  readonly onBytes?: OnBytes;
  /** Stops the work, which then throws. */
  readonly signal?: AbortSignal;
}

/**
 * Checks that a file is the archive that a source describes, by size and MD5.
 *
 * @returns what is wrong with it, or null
 * @throws UserError if it cannot be read
 */
export async function archiveFault(
  path: string,
  source: Pick<ArchiveSource, 'bytes' | 'md5'>,
  { signal }: StreamOptions = {},
): Promise<string | null> {
  return await explained(`read ${path}`, async () => {
    const status = await stat(path);
    if (!status.isFile()) return 'it is no regular file';
    if (status.size !== source.bytes) return `it has ${status.size} bytes, where ${source.bytes} are right`;
    const hash = createHash('md5');
    await pipeline(createReadStream(path), hash, { ...(signal && { signal }) });
    const md5 = hash.digest('hex');
    return md5 === source.md5 ? null : `its MD5 is ${md5}, where ${source.md5} is right`;
  });
}

/**
 * Writes an archive's members into a folder. They get their names once every one of them is whole and right; until
 * then, and after any failure, nothing but files of temporary names has been touched.
 *
 * The members may lie at the top of the archive or one folder deep. Paths in it are compared and never used.
 *
 * @throws UserError if the archive is damaged or hostile, a member is missing, there twice or not the right one, or
 *   the folder cannot be written
 */
export async function unpackArchive(
  archive: string,
  folder: string,
  members: readonly Member[],
  { onBytes, signal }: StreamOptions = {},
): Promise<void> {
  const limit = members.reduce((sum, member) => sum + largestSize(member), OTHER_BYTES);
  const staging = new Staging(archive, folder, members);
  try {
    await explained(`unpack ${archive}`, async () => {
      const { size } = await stat(archive);
      const compressed = createReadStream(archive, signal && { signal });
      const inflated = createGunzip();
      compressed.on('error', (error) => inflated.destroy(error)).pipe(inflated);
      try {
        for await (const part of readTar(inflated, limit, archive)) {
          await staging.take(part);
          onBytes?.(compressed.bytesRead, size);
        }
      } finally {
        compressed.destroy();
      }
    });
    // A small archive may have been read to its end before the interruption could stop the stream.
    signal?.throwIfAborted();
    await staging.finish();
  } finally {
    await staging.discard();
  }
}

interface StagedMember {
  readonly member: Member;
  readonly temporary: string;
}

/** The members under temporary names. */
class Staging {
  readonly #archive: string;
  readonly #folder: string;
  readonly #members: readonly Member[];
  readonly #staged: StagedMember[] = [];
  /** The member that is being written. */
  #file: FileHandle | null = null;

  constructor(archive: string, folder: string, members: readonly Member[]) {
    this.#archive = archive;
    this.#folder = folder;
    this.#members = members;
  }

  async take(part: TarPart): Promise<void> {
    const file = this.#file;
    if (part.kind === 'entry') await this.#begin(part);
    else if (file !== null && part.kind === 'bytes') {
      await this.#writing(() => file.writeFile(part.bytes));
    } else if (file !== null) {
      this.#file = null;
      await this.#writing(async () => {
        try {
          await file.sync();
        } finally {
          await file.close();
        }
      });
    }
  }

  async #begin({ path, isFile, size }: TarPart & { kind: 'entry' }): Promise<void> {
    const member = this.#members.find(({ name }) => path.length <= 2 && path.at(-1) === name);
    if (member === undefined || !isFile) return;
    const { name } = member;
    if (this.#staged.some((staged) => staged.member === member)) {
      throw new UserError(`${this.#archive} is refused: it holds ${name} twice`);
    }
    const right = largestSize(member);
    if ('bytes' in member ? size !== right : size > right) {
      throw new UserError(
        `${this.#archive} is refused: ${name} in it has ${size} bytes, where ${right} are right`,
      );
    }
    const temporary = join(this.#folder, `.${name}.${randomBytes(6).toString('hex')}.tmp`);
    this.#staged.push({ member, temporary });
    this.#file = await this.#writing(() => open(temporary, 'wx'));
  }

  /** Checks the members and gives them their names. */
  async finish(): Promise<void> {
    for (const member of this.#members) {
      const staged = this.#staged.find((candidate) => candidate.member === member);
      if (staged === undefined) throw new UserError(`${this.#archive} holds no ${member.name}`);
      const fault = await faultOf(staged.temporary, member);
      if (fault !== null) throw new UserError(`${member.name} in ${this.#archive} is wrong: ${fault}`);
    }
    await this.#writing(async () => {
      for (const { member, temporary } of this.#staged)
        await rename(temporary, join(this.#folder, member.name));
    });
  }

  /** Removes what has not got its name. */
  async discard(): Promise<void> {
    await this.#file?.close();
    await Promise.allSettled(this.#staged.map(({ temporary }) => rm(temporary, { force: true })));
  }

  async #writing<T>(action: () => Promise<T>): Promise<T> {
    return await explained(`write into ${this.#folder}`, action);
  }
}
