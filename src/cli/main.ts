#!/usr/bin/env node
/** The command line: what a person types, and the only place that exits. */
import { Command } from 'commander';
import { UserError } from '../errors.js';
import { bundleCommand } from './bundle.js';
import { convertCommand } from './convert.js';
import { dataCommand } from './data.js';
import { evalCommand } from './eval.js';
import { inspectCommand } from './inspect.js';
import { reportCommand } from './report.js';
import { runCommand } from './run.js';
import { packageDescription, packageVersion } from './version.js';

// A reader that closes the pipe early, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const program = new Command('snnwasm')
  .description(packageDescription())
  .version(packageVersion())
  .addCommand(runCommand())
  .addCommand(convertCommand())
  .addCommand(inspectCommand())
  .addCommand(bundleCommand())
  .addCommand(evalCommand())
  .addCommand(reportCommand())
  .addCommand(dataCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`snnwasm: ${error.message}\n`);
  process.exitCode = 1;
}
