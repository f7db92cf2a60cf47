/** Options of a command, made of the settings that programs have too. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Kind } from '../settings/kinds.js';
import type { Schema, Setting } from '../settings/setting.js';

/** Adds an option for every setting that has a flag, in the order of the schema. */
export function addSettings<Options>(command: Command, schema: Schema<Options>): Command {
  for (const setting of settingsOf(schema).values()) command.addOption(optionOf(setting));
  return command;
}

/**
 * What was said on the command line, by the settings' own names; what was not is not in it.
 *
 * @param flags - all that commander has read
 */
export function givenSettings<Options>(schema: Schema<Options>, flags: object): Partial<Options> {
  const given: Partial<Record<string, unknown>> = {};
  for (const [name, setting] of settingsOf(schema)) {
    const value = (flags as Record<string, unknown>)[optionOf(setting).attributeName()];
    if (value !== undefined) given[name] = value;
  }
  return given as Partial<Options>;
}

/** Those that the command line can say. */
function settingsOf<Options>(schema: Schema<Options>): Map<string, Setting<unknown>> {
  const entries = Object.entries<Setting<unknown>>(schema);
  return new Map(entries.filter(([, { flag }]) => flag !== null));
}

function optionOf({ flag, help, otherwise, kind }: Setting<unknown>): Option {
  const option = new Option(flag!, otherwise === null ? help : `${help} (default: ${otherwise})`);
  return kind.choices === undefined ? option.argParser(parserOf(kind)) : option.choices(kind.choices);
}

function parserOf(kind: Kind<unknown>): (text: string) => unknown {
  return (text) => {
    const value = kind.fromText(text);
    // What is given on is what was said, since commander takes a null for nothing.
    if (value !== undefined && kind.accept(value) !== undefined) return value;
    throw new InvalidArgumentError(kind.writing ?? `It must be ${kind.expects}.`);
  };
}
