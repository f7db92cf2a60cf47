/**
 * A file that long work appends its results to, so that the same work can go on after Ctrl-C, SIGKILL or a crash.
 *
 *   text   key, one line of JSON that says what the work is; another key means other work, and the file starts anew
 *   then any number of entries
 *     u32  number      u32  payload bytes      u32  XXH32 of the payload      payload
 *
 * A torn or damaged entry ends what is believed; the file is cut there.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { checksum } from '../../src/file/checksum.js';
import { explained } from '../../src/host/node/system-error.js';

const ENTRY_HEADER = 12;
const LARGEST_PAYLOAD = 2 ** 28;

export class Journal {
  readonly #file: FileHandle;
  readonly #entries = new Map<number, { position: number; length: number }>();
  #end: number;

  private constructor(file: FileHandle, end: number) {
    this.#file = file;
    this.#end = end;
  }

  /**
   * Opens a journal, or begins one.
   *
   * @param key - one line; the journal of another key is discarded
   * @throws UserError if the file cannot be opened
   */
  static async open(path: string, key: string): Promise<Journal> {
    const header = Buffer.from(`${key}\n`);
    const file = await explained(`write ${path}`, () => open(path, 'r+').catch(() => open(path, 'w+')));
    const found = Buffer.alloc(header.length);
    await file.read(found, 0, header.length, 0);
    const journal = new Journal(file, header.length);
    if (found.equals(header)) {
      await journal.#scan();
      await file.truncate(journal.#end);
    } else {
      await file.truncate(0);
      await file.write(header, 0, header.length, 0);
    }
    return journal;
  }

  /** Whether there is an entry of this number. */
  has(number: number): boolean {
    return this.#entries.has(number);
  }

  /** Appends an entry. Calls must not overlap. */
  async append(number: number, payload: Uint8Array): Promise<void> {
    const entry = Buffer.alloc(ENTRY_HEADER + payload.length);
    entry.writeUInt32LE(number, 0);
    entry.writeUInt32LE(payload.length, 4);
    entry.writeUInt32LE(checksum(payload), 8);
    entry.set(payload, ENTRY_HEADER);
    await this.#file.write(entry, 0, entry.length, this.#end);
    this.#entries.set(number, { position: this.#end + ENTRY_HEADER, length: payload.length });
    this.#end += entry.length;
  }

  /** The payload of an entry that is there. */
  async read(number: number): Promise<Uint8Array> {
    const { position, length } = this.#entries.get(number)!;
    const payload = new Uint8Array(length);
    await this.#file.read(payload, 0, length, position);
    return payload;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #scan(): Promise<void> {
    const { size } = await this.#file.stat();
    const head = Buffer.alloc(ENTRY_HEADER);
    while (this.#end + ENTRY_HEADER <= size) {
      await this.#file.read(head, 0, ENTRY_HEADER, this.#end);
      const length = head.readUInt32LE(4);
      const position = this.#end + ENTRY_HEADER;
      if (length > LARGEST_PAYLOAD || position + length > size) return;
      const payload = new Uint8Array(length);
      await this.#file.read(payload, 0, length, position);
      if (checksum(payload) !== head.readUInt32LE(8)) return;
      this.#entries.set(head.readUInt32LE(0), { position, length });
      this.#end = position + length;
    }
  }
}
