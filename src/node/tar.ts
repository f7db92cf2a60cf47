/** Reads a tar archive as a stream of parts, and refuses what an honest archive of data has no need of. */
import { Parser, type ReadEntry } from 'tar';
import { UserError } from '../errors.js';
import { printable } from '../host/node/system-error.js';

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

/** Headers that only describe the entry after them: longer ones are skipped. */
const LARGEST_DESCRIPTION = 2 ** 16;
/** Of a header; entries are padded to it. */
const BLOCK_BYTES = 512;

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
  yield* reader.end();
}

/**
 * The parser with its events collected: it emits all that a chunk holds before its `write` returns, so that whoever
 * takes the parts needs no flow control of its own.
 */
class TarReader {
  readonly #name: string;
  readonly #parser: Parser;
  /** What came before there was a whole block, or null from then on. */
  #head: Uint8Array | null = new Uint8Array();
  #parts: TarPart[] = [];
  #failure: unknown;
  #ended = false;

  constructor(name: string) {
    this.#name = name;
    this.#parser = new Parser({
      strict: true,
      zstd: false,
      maxMetaEntrySize: LARGEST_DESCRIPTION,
      onReadEntry: (entry) => this.#take(entry),
    });
    this.#parser.on('error', (error: unknown) => {
      this.#failure ??= error;
    });
    this.#parser.on('eof', () => {
      this.#ended = true;
    });
  }

  push(chunk: Uint8Array): TarPart[] {
    // After the end mark the parser would keep all that follows.
    if (this.#ended) return [];
    if (this.#head === null) return this.#write(chunk);
    const head = Buffer.concat([this.#head, chunk]);
    this.#head = head;
    if (head.length < BLOCK_BYTES) return [];
    // The parser would inflate it again, and that without a limit.
    if (head[0] === 0x1f && head[1] === 0x8b)
      throw new UserError(`${this.#name} is refused: it is compressed twice`);
    this.#head = null;
    return this.#write(head);
  }

  #write(chunk: Uint8Array): TarPart[] {
    return this.#run(() => this.#parser.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
  }

  end(): TarPart[] {
    if (this.#head !== null) throw new UserError(`${this.#name} is damaged: it is no tar archive`);
    return this.#run(() => this.#parser.end());
  }

  #run(action: () => void): TarPart[] {
    this.#parts = [];
    try {
      action();
    } catch (error) {
      this.#failure ??= error;
    }
    if (this.#failure instanceof UserError) throw this.#failure;
    if (this.#failure !== undefined) {
      const { message } = this.#failure as Error;
      throw new UserError(`${this.#name} is damaged: ${printable(message)}`, { cause: this.#failure });
    }
    return this.#parts;
  }

  #take(entry: ReadEntry): void {
    this.#failure ??= refusalOf(entry, this.#name);
    const path = entry.path.split('/').filter((step) => step !== '' && step !== '.');
    this.#parts.push({ kind: 'entry', path, isFile: !isFolder(entry), size: entry.size });
    entry.on('data', (bytes) => this.#parts.push({ kind: 'bytes', bytes }));
    entry.on('end', () => this.#parts.push({ kind: 'end' }));
  }
}

function refusalOf(entry: ReadEntry, name: string): UserError | undefined {
  const path = printable(entry.path);
  if (!['File', 'OldFile', 'ContiguousFile'].includes(entry.type) && !isFolder(entry)) {
    return new UserError(
      `${name} is refused: ${path} in it is no file, but of the type ${printable(entry.type)}`,
    );
  }
  if (/^([\\/]|[a-z]:)/i.test(entry.path) || entry.path.split(/[\\/]/).includes('..')) {
    return new UserError(`${name} is refused: the path ${path} in it leads out of the folder`);
  }
  if (!isFolder(entry) && entry.header.size === undefined) {
    return new UserError(`${name} is damaged: the size of ${path} in it is no size`);
  }
  return undefined;
}

function isFolder(entry: ReadEntry): boolean {
  return entry.type === 'Directory' || entry.type === 'GNUDumpDir';
}
