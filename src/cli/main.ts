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
import { guardStreams, say } from './terminal.js';
import { packageDescription, packageVersion } from './version.js';

guardStreams();

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
  say(error.message);
  process.exitCode = 1;
}
