/**
 * JSON from outside. JSON.parse alone keeps the last of two equal keys without a word, and builds whatever depth
 * it is given; a scan before it refuses both.
 */
import { UserError } from '../errors.js';

/**
 * Parses a JSON text.
 *
 * @param depth - how many levels of lists and objects the text may nest
 * @param document - what an error message calls the text
 * @throws UserError when the text is not JSON, nests deeper, or has an object with the same key twice.
 */
export function parseJson(text: string, depth: number, document: string): unknown {
  try {
    scan(text, depth, document);
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${document} is not valid JSON`);
  }
}

/** Looks only at texts, brackets and colons; what else is wrong, JSON.parse will say. */
function scan(text: string, depth: number, document: string): void {
  /** The keys so far of every open object; lists have none. */
  const open: (Set<string> | null)[] = [];
  let last = '';
  for (let position = 0; position < text.length; position++) {
    const character = text[position];
    if (character === '"') {
      const end = endOfText(text, position);
      last = text.slice(position, end);
      position = end - 1;
    } else if (character === '{' || character === '[') {
      if (open.length === depth) throw new UserError(`${document} nests more than ${depth} levels of JSON`);
      open.push(character === '{' ? new Set() : null);
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === ':') {
      addKey(open[open.length - 1], last, document);
      last = '';
    }
  }
}

function addKey(keys: Set<string> | null | undefined, quoted: string, document: string): void {
  const key = JSON.parse(quoted) as string; // "a" and "\u0061" are one key
  if (keys?.has(key)) throw new UserError(`${document} has the key ${quoted.slice(0, 80)} twice`);
  keys?.add(key);
}

/** One past the closing quote of the text that opens at `start`. */
function endOfText(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length && text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
  return position + 1;
}
