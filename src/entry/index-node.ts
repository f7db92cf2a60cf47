/** The entry of `snnwasm` for Node. What it exports is described in src/index.ts, the entry for browsers. */
import { type ModelLoader, modelLoader } from '../app/load.js';
import { nodeHost } from '../host/node/host.js';

export * from '../app/index.js';

/** `loadModel` as src/index.ts describes it, reading paths and `file:` URLs from the disk. */
export const loadModel: ModelLoader = modelLoader(nodeHost);
