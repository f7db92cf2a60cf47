/**
 * A bundle of flavour `command`: a WASI preview 1 program that reads one picture from standard input, classifies it,
 * and prints the JSON of `snnwasm run --json`. Errors are one line on standard error and exit code 1.
 */
import { chosenTimesteps, chosenTop, readArguments } from './arguments';
import { computeProbabilities } from './highest';
import { printAnswer } from './json';
import { CONFIG, CONFIG_TIMESTEP_LIMIT } from './layout';
import { flush } from './output';
import { readPicture } from './picture';
import { advanceRun, canAdvance, start, updatePosterior } from './run';
import { say, sayNumber } from './text';
import { fail, milliseconds } from './wasi';

export function _start(): void {
  readArguments();
  readPicture();
  const began = milliseconds();
  start();
  if (!canAdvance(chosenTimesteps())) failTooLong();
  advanceRun(chosenTimesteps());
  updatePosterior();
  computeProbabilities();
  printAnswer(chosenTop(), milliseconds() - began);
  flush();
}

function failTooLong(): void {
  say('this model is exact for at most ');
  sayNumber(<f64>load<i32>(CONFIG, CONFIG_TIMESTEP_LIMIT));
  say(' timesteps: ask for no more');
  fail();
}
