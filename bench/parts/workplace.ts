/** What the parts of the benchmark work on. */

import type { SpikingNetwork } from '../../src/graph/network.js';
import type { PixelImage } from '../../src/picture/pixel-image.js';
import type { BenchSettings } from '../settings.js';

export interface Workplace {
  readonly module: WebAssembly.Module;
  readonly network: SpikingNetwork;
  readonly images: readonly PixelImage[];
  readonly inputs: readonly Int16Array[];
  readonly settings: BenchSettings;
  /** Parts add the versions of what they compare with. */
  readonly versions: Record<string, string>;
}
