/** Finds the compiled edge code that bundles are made from. */
import { createRequire } from 'node:module';
import type { Flavour } from '../../bundle/bundle.js';
import { readFileChecked } from './files.js';

const LARGEST_TEMPLATE = 2 ** 24;

/**
 * The template module of a flavour.
 *
 * @throws UserError if the package was not built
 */
export async function bundleTemplate(flavour: Flavour): Promise<Uint8Array> {
  const path = createRequire(import.meta.url).resolve(`snnwasm/edge-${flavour}.wasm`);
  return readFileChecked(path, LARGEST_TEMPLATE);
}
