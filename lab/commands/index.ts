/** The experiment's commands. Each loads its work when it is called: the other commands of `snnwasm` start without. */
import type { Command } from 'commander';
import { dataCommand } from './data.js';
import { evalCommand } from './eval.js';
import { reportCommand } from './report.js';

export function labCommands(): Command[] {
  return [evalCommand(), reportCommand(), dataCommand()];
}
