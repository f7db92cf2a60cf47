/** Model files on disk: the one that ships, or any other. */
import { createRequire } from 'node:module';
import { readModel } from '../../file/file.js';
import type { SpikingNetwork } from '../../graph/network.js';
import { readFileChecked } from './files.js';

/** Larger files are refused before they are read. */
export const LARGEST_MODEL = 2 ** 30;

/** Path of the model that ships with the package. */
export function shippedModelPath(): string {
  return createRequire(import.meta.url).resolve('snnwasm/weights/resnet18-cifar100.snn');
}

/**
 * Reads and checks a model file.
 *
 * @throws UserError if the file cannot be read or is not a sound model
 */
export async function loadModelFile(path: string): Promise<SpikingNetwork> {
  return readModel(await readFileChecked(path, LARGEST_MODEL), path);
}
