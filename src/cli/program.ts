/** The command line: what a person types, and the only place that exits. */
import { Command } from 'commander';
import { UserError } from '../errors.js';
import { guardStreams, say } from './terminal.js';
import { packageDescription, packageVersion } from './version.js';

/**
 * Does what the process's arguments say.
 *
 * @param commands - all that there are, in the order in which help shows them
 */
export async function runProgram(commands: readonly Command[]): Promise<void> {
  guardStreams();
  const program = new Command('snnwasm').description(packageDescription()).version(packageVersion());
  for (const command of commands) program.addCommand(command);
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
