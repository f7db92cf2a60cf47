/** What goes to the terminal: no text from outside may steer it, and no broken stream ends in a stack trace. */

/** C0 and C1 controls, and those that turn the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text from outside, such as a file's name, with its control characters written out: `\x1b`, `\u202e`. */
export function escaped(text: string): string {
  return text.replace(CONTROLS, (control) => {
    const code = control.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** Says on stderr, in one line, what is wrong or worth knowing. */
export function say(message: string): void {
  process.stderr.write(`snnwasm: ${escaped(message)}\n`);
}

/**
 * Ends the process in words where its output cannot be written. A reader that closes the pipe early, such as `head`,
 * is no error; without stderr there is nobody to tell.
 */
export function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    say(`cannot write the output: ${error.code === 'ENOSPC' ? 'the disk is full' : error.message}`);
    process.exit(1);
  });
  process.stderr.on('error', () => process.exit(1));
}
