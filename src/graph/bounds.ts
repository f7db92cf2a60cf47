/**
 * What a model may hold. The limits are far above any network that makes sense here (a ResNet-18 for 32x32
 * images has 557,056 neurons and 555.5 million synapses) and low enough that a hostile file cannot make its
 * reader allocate or compute without end.
 */

export const MAXIMUM_CHANNELS = 4096;
export const MAXIMUM_EXTENT = 1024;
export const MAXIMUM_POPULATIONS = 1024;
export const MAXIMUM_SYNAPSE_SETS = 16;
export const MAXIMUM_HEADS = 64;
export const MAXIMUM_CLASSES = 65535;
export const MAXIMUM_KERNEL = 31;
export const MAXIMUM_STRIDE = 16;
export const MAXIMUM_DILATION = 16;
/** Binary digits of a spike count in radix coding: one call of the kernels computes as many phases. */
export const MAXIMUM_DIGITS = 8;
export const MAXIMUM_TIMESTEPS = 65535;
export const MAXIMUM_FRACTION_BITS = 16;

/** A list of the spikes in one row of a population holds 16-bit indices and counts. */
export const MAXIMUM_ROW = 65535;

/** The spikes in the window of a convolution (taps x channels of its source) are numbered in 16 bits. */
export const MAXIMUM_WINDOW = 65536;

/** Of biases and per-channel weights in magnitude, and of thresholds: one addition to a sum cannot wrap around. */
export const MAXIMUM_STEP = 2 ** 30;

/** A head counts the spikes of a channel over all pixels in 16 bits. */
export const MAXIMUM_POOLED_PIXELS = 32767;

/** A population or head counts the synaptic operations of a timestep in 32 bits. */
export const MAXIMUM_OPERATIONS = 2 ** 32 - 1;

/** Neurons and image values together: 64 MiB of membrane potentials. */
export const MAXIMUM_NEURONS = 2 ** 24;

/** Of one pass with every neuron spiking: about a second of work a timestep. */
export const MAXIMUM_SYNAPSES = 2 ** 34;

/** Of a prior: fitted ones end at 1,000, and far above this the posterior's integrals lose their digits. */
export const MAXIMUM_PRIOR_STRENGTH = 1e6;

/** Of the exponent by which early timesteps count less: above it only the very last ones count. */
export const MAXIMUM_FORGETTING = 16;

export const MAXIMUM_NAME = 128;
export const MAXIMUM_LABEL = 256;
export const MAXIMUM_PROVENANCE_ENTRIES = 256;
export const MAXIMUM_PROVENANCE_TEXT = 4096;
export const MAXIMUM_PROVENANCE_LIST = 4096;
