/** Reads and writes files on disk. The portable core works on bytes and never sees a path. */
import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { UserError } from '../../errors.js';
import { checkOutput } from './output.js';
import { explained } from './system-error.js';

/** Extensions by which images inside a folder are found, in lower case. */
const IMAGE_EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.webp']);

/**
 * Reads a whole file into bytes that start at offset 0 of their own buffer.
 *
 * @param maxBytes - the largest size that is read
 * @throws UserError when the path is missing, no regular file, empty, too large or not readable.
 */
export async function readFileChecked(path: string, maxBytes: number): Promise<Uint8Array> {
  return await explained(`read ${path}`, async () => {
    // before it is opened, because opening a pipe would wait for a writer
    const { size } = await regularFile(path, maxBytes);
    const file = await open(path);
    try {
      const bytes = new Uint8Array(size);
      let filled = 0;
      while (filled < size) {
        const { bytesRead } = await file.read(bytes, filled, size - filled);
        if (bytesRead === 0) throw new UserError(`${path} became shorter while it was being read`);
        filled += bytesRead;
      }
      return bytes;
    } finally {
      await file.close();
    }
  });
}

async function regularFile(path: string, maxBytes: number): Promise<{ size: number }> {
  const status = await stat(path);
  if (status.isDirectory()) throw new UserError(`${path} is a folder, where a file is needed`);
  if (!status.isFile()) throw new UserError(`${path} is no regular file`);
  if (status.size === 0) throw new UserError(`${path} is empty`);
  if (status.size > maxBytes) {
    throw new UserError(`${path} is too large: it has ${status.size} bytes, where ${maxBytes} is the limit`);
  }
  return status;
}

/**
 * Writes a file as a whole or not at all: the bytes go to a temporary file beside it, which then takes its name.
 * A file that was there before is replaced, and its permissions stay; a symbolic link stays one.
 *
 * @throws UserError when the folder is missing or cannot be written, or the path is that of a folder or device
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const output = await checkOutput(path);
  const temporary = join(
    dirname(output.path),
    `.${basename(output.path).slice(0, 64)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  await explained(`write ${path}`, async () => {
    try {
      const file = await open(temporary, 'wx');
      try {
        if (output.mode !== null) await file.chmod(output.mode);
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, output.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

/**
 * The images that paths name: a file stands for itself, whatever its name; a folder for the images in it (PNG,
 * JPEG and WebP by extension), sorted by name, without its subfolders and hidden files.
 *
 * @throws UserError when a path is missing or a folder holds no image.
 */
export async function listImages(paths: readonly string[]): Promise<string[]> {
  const lists: string[][] = [];
  for (const path of paths) {
    const isFolder = await explained(`read ${path}`, async () => (await stat(path)).isDirectory());
    lists.push(isFolder ? await imagesIn(path) : [path]);
  }
  return lists.flat();
}

async function imagesIn(folder: string): Promise<string[]> {
  const entries = await explained(`read ${folder}`, () => readdir(folder, { withFileTypes: true }));
  const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  const images = names.filter(
    (name) => !name.startsWith('.') && IMAGE_EXTENSIONS.has(extname(name).toLowerCase()),
  );
  if (images.length === 0) {
    throw new UserError(`${folder} holds no image (${[...IMAGE_EXTENSIONS].join(', ')})`);
  }
  return images.sort().map((name) => join(folder, name));
}
