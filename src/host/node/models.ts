/** Model files on disk: the one that ships, or any other. */
import { createRequire } from 'node:module';
import { UserError } from '../../errors.js';
import { readModel } from '../../file/file.js';
import type { SpikingNetwork } from '../../graph/network.js';
import { readFileChecked } from './files.js';

/** Larger files are refused before they are read. */
export const LARGEST_MODEL = 2 ** 30;

/** Path of the model that ships with the package: trained for radix coding. */
export function shippedModelPath(): string {
  return weights('resnet18-cifar100-radix.snn');
}

/**
 * Path of the ReLU network in rate coding, with which the paper's experiment is repeated. A clone of the repository has it,
 * the npm package has not.
 *
 * @throws UserError where it is missing
 */
export function paperModelPath(): string {
  try {
    return weights('resnet18-cifar100.snn');
  } catch {
    throw new UserError(
      'the network of the experiment, weights/resnet18-cifar100.snn, comes with a clone of the repository alone: name a model',
    );
  }
}

function weights(name: string): string {
  return createRequire(import.meta.url).resolve(`snnwasm/weights/${name}`);
}

/**
 * Reads and checks a model file.
 *
 * @throws UserError if the file cannot be read or is not a sound model
 */
export async function loadModelFile(path: string): Promise<SpikingNetwork> {
  return readModel(await readFileChecked(path, LARGEST_MODEL), path);
}
