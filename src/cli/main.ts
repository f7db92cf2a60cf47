#!/usr/bin/env node
/** The command line: what a person types, and the only place that exits. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { UserError } from '../errors.js';
import { convertCommand } from './convert.js';
import { inspectCommand } from './inspect.js';
import { runCommand } from './run.js';

const { version, description } = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('snnwasm/package.json'), 'utf8'),
) as { version: string; description: string };

// A reader that closes the pipe early, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const program = new Command('snnwasm')
  .description(description)
  .version(version)
  .addCommand(runCommand())
  .addCommand(convertCommand())
  .addCommand(inspectCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`snnwasm: ${error.message}\n`);
  process.exitCode = 1;
}
