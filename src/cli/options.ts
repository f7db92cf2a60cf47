/** Reads option values and says clearly what is wrong with them. */
import { InvalidArgumentError } from 'commander';

/** A parser for whole numbers from `minimum` to `maximum`. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

/** A parser for decimal numbers from `minimum` to `maximum`. */
export function decimalNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[\d.]+(e[-+]?\d+)?$/i.test(text) && value >= minimum && value <= maximum) return value;
    const range = maximum === Number.MAX_VALUE ? `${minimum} or more` : `from ${minimum} to ${maximum}`;
    throw new InvalidArgumentError(`It must be a number ${range}.`);
  };
}
