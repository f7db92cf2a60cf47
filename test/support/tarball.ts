/** Tar archives made by hand, honest and hostile: the layout of POSIX ustar, one field after the other. */
import { gzipSync } from 'node:zlib';

export interface TarEntry {
  readonly path: string;
  /** The folder that ustar keeps in a field of its own. */
  readonly prefix?: string;
  readonly content?: Uint8Array;
  /** '0' a file, '1' a hard link, '2' a symbolic link, '3' a device, '5' a folder, 'x' a pax header, 'L' a GNU one. */
  readonly type?: string;
  readonly link?: string;
  /** What the header says, where that is not the content's size. */
  readonly size?: number;
  /** The size field as it stands, where it is no octal number. */
  readonly sizeField?: Uint8Array;
}

/** A tar archive that ends with the two empty blocks that mark the end. */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(1024)]);
}

export function tarball(entries: readonly TarEntry[]): Buffer {
  return gzipSync(tar(entries), { level: 1 });
}

/** One line of a pax header, with its own length in front. */
export function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length;
  return Buffer.from(`${length}${rest}`);
}

function blocksOf({ path, content = new Uint8Array(), type = '0', link = '', ...rest }: TarEntry): Buffer[] {
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${(rest.size ?? content.length).toString(8).padStart(11, '0')}\0`, 124, 12);
  if (rest.sizeField !== undefined) header.set(rest.sizeField, 124);
  header.write('00000000000\0', 136);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write('ustar\x0000', 257);
  header.write(rest.prefix ?? '', 345, 155);
  // The checksum counts its own field as spaces.
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)];
}
