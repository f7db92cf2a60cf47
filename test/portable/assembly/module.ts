/** All of portable/ as a module of its own: its functions take addresses where tsc's take typed arrays. */
import '../../../assembly/edge/views';

export { betaCumulative, betaQuantile, logBeta, logGamma } from '../../../portable/beta';
export { addFired, evidenceScale, scaleEvidence, timestepWeight } from '../../../portable/evidence';
export { computeHighest } from '../../../portable/highest';
export { cos, exp, log, log1p, sin } from '../../../portable/math';
export { isTransposed, uprightOrigin, uprightStepX, uprightStepY } from '../../../portable/orientation';
export { computePosterior, computeScores, firingRate, fusedScore, isPrior, lowerEnd, priorShape, upperEnd } from '../../../portable/posterior';
export { rankClasses, ranksBefore } from '../../../portable/ranking';
export { resizePixels, resizeScratch } from '../../../portable/resize';
