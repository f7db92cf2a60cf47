/** The headers of a tar archive: one block of fixed fields each, and descriptions of what does not fit there. */

/** Of a header; contents are padded to it. */
export const BLOCK_BYTES = 512;

/** What a header says. */
export interface TarHeader {
  /** A description is of the entry after it; others are links, devices and what nobody knows. */
  readonly kind: 'file' | 'folder' | 'description' | 'other';
  /** The type's letter, or its name where it has one. */
  readonly type: string;
  readonly path: string;
  /** Null where the field is no size. */
  readonly size: number | null;
}

/** What a description replaces in the header after it. */
export interface Description {
  readonly path?: string;
  readonly size?: number;
}

export const NO_DESCRIPTION: Description = {};

const FILES = new Set(['\0', '0', '7']);
/** Pax of one entry, pax of all that follow, GNU's long path and long link. */
const DESCRIPTIONS = new Set(['x', 'g', 'L', 'K']);
const OTHERS: Readonly<Record<string, string>> = {
  1: 'Link',
  2: 'SymbolicLink',
  3: 'CharacterDevice',
  4: 'BlockDevice',
  6: 'FIFO',
};
const CHECKSUM = { start: 148, end: 156 };

/** Reads a header; null where its checksum is wrong. */
export function readHeader(block: Uint8Array): TarHeader | null {
  if (octal(block.subarray(CHECKSUM.start, CHECKSUM.end)) !== checksumOf(block)) return null;
  const letter = String.fromCharCode(block[156]!);
  const name = text(block.subarray(0, 100));
  // The prefix is ustar's; GNU's archives have times there.
  const isPosix = String.fromCharCode(...block.subarray(257, 265)) === 'ustar\x0000';
  const prefix = isPosix ? text(block.subarray(345, 500)) : '';
  return {
    kind: kindOf(letter),
    type: OTHERS[letter] ?? letter,
    path: prefix === '' ? name : `${prefix}/${name}`,
    size: sizeOf(block.subarray(124, 136)),
  };
}

/**
 * What a description says of the entry after it.
 *
 * @param type - its letter
 * @returns null where it is damaged
 */
export function describedBy(type: string, content: Uint8Array): Description | null {
  if (type === 'K') return NO_DESCRIPTION;
  if (type === 'L') return { path: text(content) };
  const records = paxRecords(content);
  if (records === null) return null;
  const [path, size] = [records.get('path'), records.get('size')];
  // One path or one size for all that follow makes no sense.
  if (type === 'g') return path === undefined && size === undefined ? NO_DESCRIPTION : null;
  if (size !== undefined && !(size !== '' && Number.isInteger(Number(size)) && Number(size) >= 0))
    return null;
  return { ...(path !== undefined && { path }), ...(size !== undefined && { size: Number(size) }) };
}

function kindOf(letter: string): TarHeader['kind'] {
  if (FILES.has(letter)) return 'file';
  if (letter === '5') return 'folder';
  return DESCRIPTIONS.has(letter) ? 'description' : 'other';
}

/** Lines of "length key=value", where the length counts the whole line, its end too; null where they are not. */
function paxRecords(content: Uint8Array): Map<string, string> | null {
  const records = new Map<string, string>();
  for (let rest = content; rest.length > 0; ) {
    const length = /^(\d{1,6}) /.exec(String.fromCharCode(...rest.subarray(0, 7)));
    const line = rest.subarray(0, Number(length?.[1]));
    const record = /^\d+ ([^=]+)=(.*)\n$/s.exec(new TextDecoder().decode(line));
    if (length === null || line.length !== Number(length[1]) || record === null) return null;
    records.set(record[1]!, record[2]!);
    rest = rest.subarray(line.length);
  }
  return records;
}

/** The sum of all bytes, those of the checksum itself taken as spaces. */
function checksumOf(block: Uint8Array): number {
  return block.reduce((sum, byte, index) => {
    return sum + (index >= CHECKSUM.start && index < CHECKSUM.end ? 0x20 : byte);
  }, 0);
}

/** Octal digits, or, where the first bit is set, a big-endian number (GNU). */
function sizeOf(field: Uint8Array): number | null {
  if ((field[0]! & 0x80) === 0) return octal(field);
  if (field[0] !== 0x80) return null;
  const size = field.subarray(1).reduce((value, byte) => 256 * value + byte, 0);
  return Number.isSafeInteger(size) ? size : null;
}

function octal(field: Uint8Array): number | null {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(String.fromCharCode(...field));
  return digits && Number.parseInt(digits[1]!, 8);
}

/** Up to the first zero byte. */
function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
