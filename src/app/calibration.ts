/** A calibration that was interrupted, for faces that keep it. */
export type { CalibrationState } from '../convert/calibrate.js';
export { readCalibrationState } from '../convert/calibration-state.js';
