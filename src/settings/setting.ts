/**
 * Settings, each described once: the command line makes its options of a schema, programs' options are checked
 * against it, and the page takes its controls' bounds and labels from it.
 */
import { UserError } from '../errors.js';
import type { Kind } from './kinds.js';
import { nearest } from './nearest.js';

/** One setting. */
export interface Setting<Value> {
  readonly kind: Kind<Value>;
  /** What it is, in one line without a full stop. */
  readonly help: string;
  /** What holds where nothing is said, in words; null where nothing does. */
  readonly otherwise: string | null;
  /** On the command line, as in `--timesteps <n>`; null where only a program can say it. */
  readonly flag: string | null;
  /** On the page; none where it has no control for it. */
  readonly label?: string;
  /** What a slider offers; other values are for those who write them. */
  readonly offered?: { readonly least: number; readonly most: number; readonly step: number };
}

/** A setting for each option: one that is forgotten, or of another type, does not compile. */
export type Schema<Options> = {
  readonly [Name in keyof Options]-?: Setting<Exclude<Options[Name], undefined>>;
};

/**
 * Checks what a program has given.
 *
 * @param options - an object, of which nothing is known; what is undefined in it counts as not given
 * @returns what is given, without what is undefined
 * @throws UserError that names an option that there is not, and the one most like it; or one of a wrong kind or out
 *   of its bounds
 */
export function readOptions<Options extends object>(schema: Schema<Options>, options: unknown): Options {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new UserError(`options are given as an object, as in { ${Object.keys(schema)[0]}: ... }`);
  }
  const read: Partial<Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(schema, name)) throw new UserError(unknownName('option', name, Object.keys(schema)));
    if (value !== undefined) read[name] = acceptValue(name, schema[name as keyof Options].kind, value);
  }
  return read as Options;
}

/**
 * One value of a setting.
 *
 * @throws UserError that says what it should be
 */
export function acceptValue<Value>(name: string, kind: Kind<Value>, value: unknown): Value {
  const accepted = kind.accept(value);
  if (accepted !== undefined) return accepted;
  throw new UserError(`${name} is ${kind.expects}, not ${shown(value)}`);
}

/** Says that there is nothing of that name, and what there is. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const like = nearest(name, known);
  const rest = like === null ? `: there are ${known.join(', ')}` : `: did you mean "${like}"?`;
  return `there is no ${what} ${shown(name)}${rest}`;
}

/** A value as a message shows it: short, and text in quotes. */
function shown(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}...` : value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
