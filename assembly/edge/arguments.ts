/** The command's arguments: the options of `snnwasm run` that make sense for one picture. */
import {
  CONFIG,
  CONFIG_CLASSES,
  CONFIG_DEFAULT_FORGETTING,
  CONFIG_DEFAULT_TIMESTEPS,
  EDGE_HEAD_NAME,
  LARGEST_FORGETTING,
} from './layout';
import { flush, print, printNumber, printText } from './output';
import {
  chooseForgetting,
  chooseHead,
  chooseInitialPotential,
  choosePropagation,
  chooseStrength,
  finalHead,
  headAt,
  NO_HEAD,
} from './run';
import { say, sayNumber, sayText } from './text';
import { argument, exit, fail, fetchArguments } from './wasi';

const MAX_TIMESTEPS: f64 = 65535;
const MAX_TOP: f64 = 1000;
/** Up to here a decimal number is read exactly, by one division or multiplication of exact doubles. */
const MAX_DIGITS: i32 = 15;
const MAX_EXPONENT: i32 = 22;

let timesteps: i32 = 0;
let top: i32 = 5;

/** Reads all arguments into the options of the run; fails on what it does not know. */
export function readArguments(): void {
  timesteps = load<i32>(CONFIG, CONFIG_DEFAULT_TIMESTEPS);
  const count = fetchArguments();
  for (let index = 1; index < count; ) {
    const name = argument(index++);
    if (matches(name, '--help') || matches(name, '-h')) help();
    let value = valueAfter(name);
    if (value == 0 && index < count) value = argument(index++);
    if (!isOption(name)) refuse('there is no option ', name, ': see --help');
    if (value == 0) refuse('the option ', name, ' needs a value: see --help');
    apply(name, value);
  }
}

export function chosenTimesteps(): i32 {
  return timesteps;
}

/** How many classes to show. */
export function chosenTop(): i32 {
  return min(top, load<i32>(CONFIG, CONFIG_CLASSES));
}

function isOption(name: usize): bool {
  return (
    matches(name, '--timesteps') ||
    matches(name, '--head') ||
    matches(name, '--prior-strength') ||
    matches(name, '--propagation') ||
    matches(name, '--initial-potential') ||
    matches(name, '--forgetting') ||
    matches(name, '--top')
  );
}

function apply(name: usize, value: usize): void {
  if (matches(name, '--timesteps')) timesteps = <i32>wholeNumber(name, value, 1, MAX_TIMESTEPS);
  else if (matches(name, '--top')) top = <i32>wholeNumber(name, value, 1, MAX_TOP);
  else if (matches(name, '--forgetting'))
    chooseForgetting(<i32>wholeNumber(name, value, 0, <f64>LARGEST_FORGETTING));
  else if (matches(name, '--head')) readHead(value);
  else if (matches(name, '--propagation')) readPropagation(value);
  else if (matches(name, '--prior-strength')) {
    if (chooseStrength(decimalNumber(name, value))) return;
    refuse('a prior strength is a number from 0 to 1000000, not ', value, '');
  } else if (!chooseInitialPotential(decimalNumber(name, value))) {
    refuse('an initial potential is a number from 0 to 1, not ', value, '');
  }
}

function readHead(value: usize): void {
  if (matches(value, 'none')) {
    chooseHead(NO_HEAD);
    return;
  }
  for (let index = 0; index < finalHead(); index++) {
    if (same(value, load<usize>(headAt(index), EDGE_HEAD_NAME))) {
      chooseHead(index);
      return;
    }
  }
  say('the model has no internal head "');
  sayText(value);
  say('": choose ');
  for (let index = 0; index < finalHead(); index++) {
    sayText(load<usize>(headAt(index), EDGE_HEAD_NAME));
    say(', ');
  }
  say('or none');
  fail();
}

function readPropagation(value: usize): void {
  if (matches(value, 'synchronous')) choosePropagation(0);
  else if (matches(value, 'pipelined')) choosePropagation(1);
  else refuse('a propagation is synchronous or pipelined, not ', value, '');
}

/** A whole number from `smallest` to `largest`. */
function wholeNumber(name: usize, value: usize, smallest: f64, largest: f64): f64 {
  let number: f64 = 0;
  let valid = load<u8>(value) != 0;
  for (let at = value; load<u8>(at); at++) {
    const digit = <i32>load<u8>(at) - 0x30;
    if (<u32>digit > 9) valid = false;
    number = min(number * 10 + <f64>digit, 1e9);
  }
  if (!valid || number < smallest || number > largest) {
    say('the value of ');
    sayText(name);
    say(' must be a whole number from ');
    sayNumber(smallest);
    say(' to ');
    sayNumber(largest);
    say(', not ');
    sayText(value);
    fail();
  }
  return number;
}

/** A decimal number without a sign, read exactly. */
function decimalNumber(name: usize, value: usize): f64 {
  let digits: u64 = 0;
  let significant: i32 = 0;
  let written: i32 = 0;
  let scale: i32 = 0;
  let point = false;
  let at = value;
  for (; ; at++) {
    const byte = load<u8>(at);
    const digit = <i32>byte - 0x30;
    if (byte == 0x2e && !point) {
      point = true;
      continue;
    }
    if (<u32>digit > 9) break;
    written++;
    if (significant > 0 || digit > 0) significant++;
    if (significant <= MAX_DIGITS) digits = digits * 10 + digit;
    if (point) scale--;
  }
  if (load<u8>(at) == 0x65 || load<u8>(at) == 0x45) {
    at++;
    const negative = load<u8>(at) == 0x2d;
    if (negative || load<u8>(at) == 0x2b) at++;
    let exponent: i32 = 0;
    if (<u32>(<i32>load<u8>(at) - 0x30) > 9) written = 0;
    for (; <u32>(<i32>load<u8>(at) - 0x30) <= 9; at++) exponent = min(exponent * 10 + <i32>load<u8>(at) - 0x30, 9999);
    scale += negative ? -exponent : exponent;
  }
  const exact = significant <= MAX_DIGITS && scale >= -MAX_EXPONENT && scale <= MAX_EXPONENT;
  if (written == 0 || load<u8>(at) != 0 || !exact) {
    say('the value of ');
    sayText(name);
    say(' must be a number of at most 15 digits, not ');
    sayText(value);
    fail();
  }
  let power: f64 = 1;
  for (let step = abs(scale); step > 0; step--) power *= 10;
  return scale < 0 ? <f64>digits / power : <f64>digits * power;
}

function help(): void {
  print("Reads one picture from standard input, a PNG or the raw RGB bytes of the network's input,\n");
  print('and prints what "snnwasm run --json" prints.\n\n');
  print('  --timesteps N           timesteps to simulate, 1 to 65535 (default ');
  printNumber(<f64>load<i32>(CONFIG, CONFIG_DEFAULT_TIMESTEPS));
  print(')\n  --head NAME             internal head whose prediction is the prior: ');
  for (let index = 0; index < finalHead(); index++) {
    printText(load<usize>(headAt(index), EDGE_HEAD_NAME));
    print(', ');
  }
  print('none\n  --prior-strength P      strength of the prior, 0 to 1000000 (default: fitted for each head)\n');
  print('  --propagation MODE      synchronous or pipelined\n');
  print('  --initial-potential V   membrane potential at the start, in thresholds, 0 to 1\n');
  print('  --forgetting K          timestep t counts as t^K, 0 to 16; 0: all alike (default ');
  printNumber(<f64>load<i32>(CONFIG, CONFIG_DEFAULT_FORGETTING));
  print(')\n');
  print('  --top N                 classes to show, 1 to 1000 (default 5)\n');
  print('  --help                  this text\n');
  flush();
  exit(0);
}

function refuse(before: string, text: usize, after: string): void {
  say(before);
  sayText(text);
  say(after);
  fail();
}

/** Whether a text, up to an equals sign where it is an option, is this word. */
function matches(text: usize, word: string): bool {
  const isOption = load<u16>(text) == 0x2d2d;
  for (let index = 0; index < word.length; index++) {
    if (<i32>load<u8>(text + index) != word.charCodeAt(index)) return false;
  }
  const end = load<u8>(text + word.length);
  return end == 0 || (isOption && end == 0x3d);
}

/** Address of what follows an option's equals sign, or 0. */
function valueAfter(name: usize): usize {
  if (load<u16>(name) != 0x2d2d) return 0;
  for (let at = name; load<u8>(at); at++) {
    if (load<u8>(at) == 0x3d) return at + 1;
  }
  return 0;
}

function same(a: usize, b: usize): bool {
  for (; load<u8>(a) == load<u8>(b); a++, b++) {
    if (load<u8>(a) == 0) return true;
  }
  return false;
}
