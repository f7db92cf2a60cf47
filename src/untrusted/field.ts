/**
 * Reads values from outside without believing them: a value travels with its path, so that every complaint says
 * where it is ("populations[3].synapses[0].groups must be an integer from 1 to 4, but is 9").
 */
import { UserError } from '../errors.js';

/** Letters, marks, digits, punctuation, symbols and spaces: no control, format or unassigned characters. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]+$/u;

/** A value of unknown type, the path to it, and the document that it comes from. */
export class Field {
  readonly value: unknown;
  readonly path: string;
  /** What an error message calls the document, such as a file name. */
  readonly document: string;

  constructor(value: unknown, path: string, document: string) {
    this.value = value;
    this.path = path;
    this.document = document;
  }

  /** Refuses this value. @throws UserError always: "... PATH must be EXPECTED, but is VALUE". */
  refuse(expected: string): never {
    this.complain(`must be ${expected}, but is ${shown(this.value)}`);
  }

  /** @throws UserError always, with this field's path in front of `message`. */
  complain(message: string): never {
    throw new UserError(`${this.document} is invalid: ${this.path === '' ? 'it' : this.path} ${message}`);
  }

  /** An integer in [minimum, maximum]. */
  integer(minimum: number, maximum: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum) {
      this.refuse(`an integer from ${minimum} to ${maximum}`);
    }
    return value + 0; // -0 becomes 0
  }

  /** A finite number in [minimum, maximum]. */
  number(minimum: number, maximum: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !(value >= minimum && value <= maximum)) {
      this.refuse(`a number from ${minimum} to ${maximum}`);
    }
    return value;
  }

  /** A finite number above zero. */
  positive(): number {
    const { value } = this;
    if (typeof value !== 'number' || !(value > 0 && value < Infinity)) {
      this.refuse('a finite number above 0');
    }
    return value;
  }

  /** Printable text of 1 to `maximum` UTF-16 units. */
  text(maximum: number): string {
    const { value } = this;
    if (typeof value !== 'string' || value.length > maximum || !PRINTABLE.test(value)) {
      this.refuse(`printable text of 1 to ${maximum} characters`);
    }
    return value;
  }

  /** One of a few words. */
  choice<T extends string>(...words: readonly T[]): T {
    const found = words.find((word) => word === this.value);
    return found ?? this.refuse(words.map((word) => JSON.stringify(word)).join(' or '));
  }

  /** The elements of a list of `minimum` to `maximum` elements. */
  list(minimum: number, maximum: number): Field[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.refuse('a list');
    if (value.length < minimum || value.length > maximum) {
      const wanted = minimum === maximum ? `${minimum}` : `${minimum} to ${maximum}`;
      this.complain(`must have ${wanted} elements, but has ${value.length}`);
    }
    return value.map((element: unknown, index) => this.#at(element, `${this.path}[${index}]`));
  }

  /** The entries of a map of at most `maximum` entries, whatever their keys. */
  entries(maximum = Infinity): [string, Field][] {
    const map = this.#map();
    const keys = Object.keys(map);
    if (keys.length > maximum) this.complain(`must have at most ${maximum} entries, but has ${keys.length}`);
    return keys.map((key) => [key, this.#at(map[key], this.#pathTo(key))]);
  }

  /** The fields of a map that has exactly these keys. */
  fields<K extends string>(...keys: readonly K[]): Record<K, Field> {
    const map = this.#map();
    for (const key of Object.keys(map)) {
      if (!(keys as readonly string[]).includes(key)) this.complain(`has an unknown field ${shown(key)}`);
    }
    return Object.fromEntries(keys.map((key) => [key, this.member(key)])) as Record<K, Field>;
  }

  /** The field of a map under `key`, which it must have; other keys are left alone. */
  member(key: string): Field {
    return this.optional(key) ?? this.complain(`lacks the field "${key}"`);
  }

  /** The field of a map under `key`, or undefined where it has none. */
  optional(key: string): Field | undefined {
    const map = this.#map();
    return Object.hasOwn(map, key) ? this.#at(map[key], this.#pathTo(key)) : undefined;
  }

  #map(): Record<string, unknown> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.refuse('a map');
    return value as Record<string, unknown>;
  }

  #at(value: unknown, path: string): Field {
    return new Field(value, path, this.document);
  }

  #pathTo(key: string): string {
    const step = /^[A-Za-z_][\w.-]{0,127}$/.test(key) ? key : shown(key);
    return this.path === '' ? step : `${this.path}.${step}`;
  }
}

/** A value on one short line: numbers and text as they are, anything larger by its kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    const text = JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
    return text.replace(/[^\x20-\x7e]/gu, (c) =>
      PRINTABLE.test(c) ? c : `\\u{${c.codePointAt(0)?.toString(16)}}`,
    );
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a map';
  return String(value);
}
