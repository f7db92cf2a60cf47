/** The entry of `snnwasm/convert` for Node. What it exports is described in src/entry/convert.ts. */
import { type CheckpointConverter, checkpointConverter } from '../app/convert.js';
import { nodeHost } from '../host/node/host.js';

export * from '../app/convert-index.js';

/** `convertCheckpoint` as src/entry/convert.ts describes it. */
export const convertCheckpoint: CheckpointConverter = checkpointConverter(nodeHost);
