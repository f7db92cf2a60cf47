/** The entry of `snnwasm/convert` for Node. What it exports is described in src/browser/convert.ts. */
import { type CheckpointConverter, checkpointConverter } from '../api/convert.js';
import { nodeHost } from './host.js';

export * from '../api/convert-index.js';

/** `convertCheckpoint` as src/browser/convert.ts describes it. */
export const convertCheckpoint: CheckpointConverter = checkpointConverter(nodeHost);
