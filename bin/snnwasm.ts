#!/usr/bin/env node
/** `snnwasm`: the commands of the product and those of the experiment, which know nothing of each other. */
import { labCommands } from '../lab/commands/index.js';
import { bundleCommand } from '../src/cli/bundle.js';
import { convertCommand } from '../src/cli/convert.js';
import { inspectCommand } from '../src/cli/inspect.js';
import { runProgram } from '../src/cli/program.js';
import { runCommand } from '../src/cli/run.js';

await runProgram([runCommand(), convertCommand(), inspectCommand(), bundleCommand(), ...labCommands()]);
