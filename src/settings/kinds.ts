/** Kinds of values that settings have: what a program may give, and what the command line's text becomes. */

/** What a setting's values are like. */
export interface Kind<Value> {
  /** As a sentence about a wrong value needs it, as in "a whole number from 1 to 9". */
  readonly expects: string;
  /** How the command line writes it, where that is not plain, as in "Write it as in a=2,b=4." */
  readonly writing?: string;
  /** Of numbers: the ends of their range. */
  readonly bounds?: { readonly least: number; readonly most: number };
  /** Of words: all there are. */
  readonly choices?: readonly string[];
  /** The value itself, or what it stands for; undefined where it is none of this kind. */
  accept(value: unknown): Value | undefined;
  /** What a word of the command line stands for, to be accepted like any value; undefined where it is none. */
  fromText(text: string): unknown;
}

/** Whole numbers from `least` to `most`. */
export function whole(least: number, most: number): Kind<number> {
  return {
    expects: `a whole number from ${least} to ${most}`,
    bounds: { least, most },
    accept: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
        ? value
        : undefined,
    fromText: (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
  };
}

/** Numbers from `least` to `most`. */
export function decimal(least: number, most: number): Kind<number> {
  return {
    expects: most === Number.MAX_VALUE ? `a number ${least} or more` : `a number from ${least} to ${most}`,
    bounds: { least, most },
    accept: (value) => (typeof value === 'number' && value >= least && value <= most ? value : undefined),
    fromText: numberIn,
  };
}

/** Probabilities that are neither 0 nor 1. */
export function openProbability(): Kind<number> {
  return {
    expects: 'a probability above 0 and below 1',
    bounds: { least: 0, most: 1 },
    accept: (value) => (typeof value === 'number' && value > 0 && value < 1 ? value : undefined),
    fromText: numberIn,
  };
}

/** One of some words. */
export function choice<Word extends string>(...choices: readonly Word[]): Kind<Word> {
  return {
    expects: choices.join(' or '),
    choices,
    accept: (value) => choices.find((word) => word === value),
    fromText: (text) => text,
  };
}

/** Text; what it may be is for the reader to say. */
export function text(expects = 'text'): Kind<string> {
  return {
    expects,
    accept: (value) => (typeof value === 'string' ? value : undefined),
    fromText: (word) => word,
  };
}

/** A name, or null for none of those that have names; the word `none` is as good as null. */
export function nameOrNone(expects: string): Kind<string | null> {
  return {
    expects,
    accept: (value) => {
      if (value === null || value === 'none') return null;
      return typeof value === 'string' ? value : undefined;
    },
    fromText: (word) => word,
  };
}

/** A list of names, or the word `all`. */
export function namesOrAll(expects: string): Kind<readonly string[] | 'all'> {
  return {
    expects,
    accept: (value) => {
      if (value === 'all') return value;
      return isTexts(value) ? value : undefined;
    },
    fromText: (word) => (word === 'all' ? word : word.split(',')),
  };
}

/** What only a program has: an object, a function. */
export function instance<Value>(expects: string, recognise: (value: unknown) => value is Value): Kind<Value> {
  return {
    expects,
    accept: (value) => (recognise(value) ? value : undefined),
    fromText: () => undefined,
  };
}

/** What its reader looks at itself. */
export function given<Value>(expects: string): Kind<Value> {
  return { expects, accept: (value) => value as Value, fromText: () => undefined };
}

/** Whether a value is a list of texts. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** Whether a value is an object; of which kind is for its reader to say. */
export function isObject<Kind extends object>(value: unknown): value is Kind {
  return typeof value === 'object' && value !== null;
}

/** Whether a value is a function; what it takes cannot be seen from outside. */
export function isFunction<Function extends (...values: never[]) => unknown>(
  value: unknown,
): value is Function {
  return typeof value === 'function';
}

/** Whether a value ends work when it is told to; of another realm too. */
export function isSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'throwIfAborted' in value;
}

function numberIn(text: string): number | undefined {
  return /^[\d.]+(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
