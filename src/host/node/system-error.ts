/** Errors of the operating system and the network, in words for the person who typed the command. */
import { getSystemErrorMap } from 'node:util';
import { UserError } from '../../errors.js';

/** What common errors of the file system mean to the person who named the path. */
const PLAIN_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EISDIR: 'it is a folder',
  EEXIST: 'there is a file of that name',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'it is a symbolic link to itself',
  EMFILE: 'too many files are open',
};

/** Why something failed, in a few words: "the disk is full", "connection refused". */
export function reasonOf(error: unknown): string {
  // Node tries every address of a host name and reports all that failed at once; one says enough.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return printable(String(error));
  // Errors of zlib have numbers too, and those mean other things.
  if (!('errno' in error && 'syscall' in error)) return printable(error.message);
  if (error.syscall === 'getaddrinfo') return "the server's name cannot be looked up";
  const [name, words] = getSystemErrorMap().get(Number(error.errno)) ?? ['', printable(error.message)];
  return PLAIN_WORDS[name] ?? words;
}

/**
 * Runs an action and says what was attempted if the system refuses it.
 *
 * @param attempt - as in "write train.bin"
 * @throws UserError for whatever the action throws; its own UserErrors stay as they are
 */
export async function explained<T>(attempt: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot ${attempt}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Text from outside as it may go to a terminal: one short line, no control characters. */
export function printable(text: string): string {
  const line = text.replace(/[^\x20-\x7e]/g, '?');
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}
