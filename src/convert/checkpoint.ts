/** What a conversion takes from a checkpoint: the network, and what its training left behind. */

import { readSafetensors } from '../file/safetensors.js';
import type { Network } from '../graph/network.js';
import { readCheckpointMetadata } from './metadata.js';
import { type CheckpointOptions, networkFromCheckpoint } from './resnet.js';

/** A trained network as a checkpoint holds it. */
export interface Trained {
  readonly network: Network;
  /** The activation that a layer was trained to clip at, by the layer's name. */
  readonly trainedLambdas: ReadonlyMap<string, number> | undefined;
  /** Binary digits that say every level to which activations were rounded in training, if there are any. */
  readonly trainedDigits: number | undefined;
  /** For the provenance: the heads' accuracies on test images as the training measured them, or nothing. */
  readonly testAccuracies: { readonly checkpointTestAccuracies?: readonly string[] };
}

/**
 * Reads a checkpoint.
 *
 * @param bytes - of a .safetensors file
 * @param name - what an error message calls the file
 * @throws UserError if it is no sound .safetensors file, or holds no ResNet that can be converted
 */
export function readTrained(bytes: Uint8Array, name: string, options: CheckpointOptions): Trained {
  const checkpoint = readSafetensors(bytes, name);
  const { activationThresholds, activationLevels, testAccuracies } = readCheckpointMetadata(checkpoint);
  const accuracies = testAccuracies && [...testAccuracies].map(([head, value]) => `${head}: ${value}`);
  return {
    network: networkFromCheckpoint(checkpoint, options),
    trainedLambdas: activationThresholds,
    trainedDigits: digitsOf(activationLevels),
    testAccuracies: accuracies === undefined ? {} : { checkpointTestAccuracies: accuracies },
  };
}

/** 2^digits - 1 levels are what digits can say. */
function digitsOf(levels: number | undefined): number | undefined {
  const digits = Math.log2((levels ?? 0) + 1);
  return Number.isInteger(digits) && digits > 0 ? digits : undefined;
}
