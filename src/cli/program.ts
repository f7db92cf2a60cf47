/** The command line: what a person types, and the only place that exits. */
import { Command } from 'commander';
import { UserError } from '../errors.js';
import { packageDescription, packageVersion } from './version.js';

/**
 * Does what the process's arguments say.
 *
 * @param commands - all that there are, in the order in which help shows them
 */
export async function runProgram(commands: readonly Command[]): Promise<void> {
  // A reader that closes the pipe early, such as `head`, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const program = new Command('snnwasm').description(packageDescription()).version(packageVersion());
  for (const command of commands) program.addCommand(command);
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`snnwasm: ${error.message}\n`);
    process.exitCode = 1;
  }
}
