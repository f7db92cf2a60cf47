/** What `snnwasm/convert` exports on every host; `convertCheckpoint` comes from the host's own entry. */
export type { Provenance } from '../graph/network.js';
export type { CalibrationImages, CheckpointConverter } from './convert.js';
export type { ConvertOptions } from './convert-options.js';
