/**
 * Reads a tar archive (POSIX ustar, with pax and GNU headers for long paths and large sizes) as a stream of parts, and
 * refuses what an honest archive of data has no need of. Paths are told and never used.
 */
import { UserError } from '../../src/errors.js';
import { printable } from '../../src/host/node/system-error.js';
import { BLOCK_BYTES, describedBy, NO_DESCRIPTION, readHeader, type TarHeader } from './tar-header.js';

/** An entry begins; bytes of the entry that began last; that entry ends. */
export type TarPart =
  | {
      readonly kind: 'entry';
      readonly path: readonly string[];
      readonly isFile: boolean;
      readonly size: number;
    }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' };

/** Of headers that only describe the entry after them. */
const LARGEST_DESCRIPTION = 2 ** 16;

/**
 * The parts of an archive, in order, never more of it in memory than the chunks that it comes in.
 *
 * @param chunks - the archive, already inflated
 * @param limit - bytes it may have
 * @param name - of the archive, for messages
 * @throws UserError if the archive is damaged or larger than the limit, holds a link or a device, or a path that
 *   leaves the folder that it is unpacked in
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  name: string,
): AsyncGenerator<TarPart> {
  const reader = new TarReader(name);
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > limit) throw new UserError(`${name} is refused: unpacked, it has more than ${limit} bytes`);
    yield* reader.push(chunk);
  }
  reader.end();
}

/** Walks the archive block by block, however it is cut into chunks. */
class TarReader {
  readonly #name: string;
  readonly #block = new Uint8Array(BLOCK_BYTES);
  /** Bytes of the block that are there. */
  #filled = 0;
  #entries = 0;
  /** Bytes to come of the entry or description that began last, and of the padding behind it. */
  #content = 0;
  #padding = 0;
  /** The chunks of a description, or null in an entry. */
  #description: Uint8Array[] | null = null;
  #kind = '';
  /** What descriptions said of the entry that comes. */
  #described = NO_DESCRIPTION;
  #emptyBlocks = 0;

  constructor(name: string) {
    this.#name = name;
  }

  *push(chunk: Uint8Array): Generator<TarPart> {
    let rest = chunk;
    const take = (bytes: number): Uint8Array => {
      const taken = rest.subarray(0, bytes);
      rest = rest.subarray(taken.length);
      return taken;
    };
    // Two empty blocks end an archive, whatever follows.
    while (rest.length > 0 && this.#emptyBlocks < 2) {
      if (this.#content > 0) {
        const bytes = take(this.#content);
        this.#content -= bytes.length;
        if (this.#description === null) yield { kind: 'bytes', bytes };
        else this.#description.push(bytes);
        if (this.#content === 0) yield* this.#finish();
      } else if (this.#padding > 0) {
        this.#padding -= take(this.#padding).length;
      } else {
        const bytes = take(BLOCK_BYTES - this.#filled);
        this.#block.set(bytes, this.#filled);
        this.#filled += bytes.length;
        if (this.#filled === BLOCK_BYTES) yield* this.#begin();
      }
    }
  }

  /** @throws UserError if the archive ends where it must not */
  end(): void {
    if (this.#entries === 0 && this.#emptyBlocks === 0) throw this.#damaged('it is no tar archive');
    if (this.#emptyBlocks >= 2) return;
    if (this.#content + this.#padding + this.#filled > 0) throw this.#damaged('Truncated input');
  }

  *#begin(): Generator<TarPart> {
    this.#filled = 0;
    // An inflated archive that is compressed still may be endless.
    if (this.#entries === 0 && this.#block[0] === 0x1f && this.#block[1] === 0x8b) {
      throw new UserError(`${this.#name} is refused: it is compressed twice`);
    }
    if (this.#block.every((byte) => byte === 0)) {
      this.#emptyBlocks++;
      return;
    }
    this.#emptyBlocks = 0;
    const header = readHeader(this.#block);
    if (header === null) throw this.#damaged('checksum failure');
    this.#entries++;
    if (header.kind === 'description') this.#beginDescription(header);
    else yield* this.#beginEntry(header);
    if (this.#content === 0) yield* this.#finish();
  }

  #beginDescription({ type, size }: TarHeader): void {
    if (size === null) throw this.#damaged('the size of a header in it is no size');
    if (size > LARGEST_DESCRIPTION)
      throw new UserError(`${this.#name} is refused: a header in it has ${size} bytes`);
    this.#kind = type;
    this.#description = [];
    this.#expect(size);
  }

  *#beginEntry(header: TarHeader): Generator<TarPart> {
    const { path = header.path, size = header.size } = this.#described;
    this.#described = NO_DESCRIPTION;
    const isFolder = header.kind === 'folder' || (header.kind === 'file' && path.endsWith('/'));
    if (header.kind === 'other') {
      throw new UserError(
        `${this.#name} is refused: ${printable(path)} in it is no file, but of the type ${printable(header.type)}`,
      );
    }
    if (/^([\\/]|[a-z]:)/i.test(path) || path.split(/[\\/]/).includes('..')) {
      throw new UserError(
        `${this.#name} is refused: the path ${printable(path)} in it leads out of the folder`,
      );
    }
    if (size === null && !isFolder) throw this.#damaged(`the size of ${printable(path)} in it is no size`);
    const bytes = isFolder ? 0 : size!;
    const steps = path.split('/').filter((step) => step !== '' && step !== '.');
    yield { kind: 'entry', path: steps, isFile: !isFolder, size: bytes };
    this.#description = null;
    this.#expect(bytes);
  }

  #expect(bytes: number): void {
    this.#content = bytes;
    this.#padding = (BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES;
  }

  *#finish(): Generator<TarPart> {
    if (this.#description === null) {
      yield { kind: 'end' };
      return;
    }
    const described = describedBy(this.#kind, Buffer.concat(this.#description));
    if (described === null) throw this.#damaged('a header in it cannot be read');
    this.#described = { ...this.#described, ...described };
  }

  #damaged(how: string): UserError {
    return new UserError(`${this.#name} is damaged: ${how}`);
  }
}
