/** What is in a model, for faces. */
import { modelTensors } from '../file/export.js';
import { writeSafetensors } from '../file/write-safetensors.js';
import type { SpikingNetwork } from '../graph/network.js';

export { describeModel, type ModelDescription } from '../graph/describe.js';

/** The model's integers as the bytes of a .safetensors file, in PyTorch's order (src/file/export.ts has the names). */
export function tensorFile(network: SpikingNetwork): Uint8Array {
  const metadata = { model: network.name, inputFractionBits: String(network.inputFractionBits) };
  return writeSafetensors(modelTensors(network), metadata);
}
