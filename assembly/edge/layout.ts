/**
 * The memory of an edge bundle, shared by the code of assembly/edge/ and by the bundler (src/bundle/), which fills it
 * once. Plain numbers only. Nothing is allocated afterwards, and the memory never grows.
 *
 *        0   unused, so that no valid address is 0
 *     1024   the configuration record drawn below
 *     2048   constants and work buffers of the edge code (`memoryBase` in edge.asconfig.json), at most to 65536
 *    65536   the network as src/engine/plan.ts lays it out: records, weights, membranes, spike rings
 *      ...   what the edge code needs for this model: head table, texts, input picture, counts, evidence, posterior
 *      ...   picture memory of the command: the decoded picture and what decoding and resizing it take
 *
 * Pointers are byte addresses. Texts are UTF-8 and end in a zero byte. Arrays start at multiples of 16.
 */

export const CONFIG = 1024;
/** Where the constants of the edge code start and end. */
export const STATIC_START = 2048;
export const STATIC_END = 65536;

/** Network record, and the first of the population records (assembly/records.ts). */
export const CONFIG_NETWORK = 0;
export const CONFIG_POPULATIONS = 4;
export const CONFIG_POPULATION_COUNT = 8;
/** [head] of EDGE_HEAD_BYTES; the last head is the final prediction. */
export const CONFIG_HEADS = 12;
export const CONFIG_HEAD_COUNT = 16;
/** Entries of an order through all populations and heads; a run takes those that its heads need. */
export const CONFIG_ORDER = 20;
export const CONFIG_CLASSES = 24;
export const CONFIG_WIDTH = 28;
export const CONFIG_HEIGHT = 32;
/** 3, or 1 for a network that takes the luma. */
export const CONFIG_CHANNELS = 36;
/** u8 [y][x][3]: the picture as the user of the module writes it. */
export const CONFIG_INPUT = 40;
/** i16 [y][x][channel]: the picture as the network receives it. */
export const CONFIG_IMAGE = 44;
/** i16 [256][channel]: what each byte of the picture is to the network. */
export const CONFIG_INPUT_TABLE = 48;
/** u32 [class], u32 [population]: addresses of texts. */
export const CONFIG_LABELS = 52;
export const CONFIG_POPULATION_NAMES = 56;
/** Text: the model's name. */
export const CONFIG_NAME = 60;
/** Timesteps that one call of `advance` may compute. */
export const CONFIG_CALL_TIMESTEPS = 64;
/** Timesteps for which no membrane can overflow. */
export const CONFIG_TIMESTEP_LIMIT = 68;
export const CONFIG_DEFAULT_TIMESTEPS = 72;
/** Index of an internal head, or -1. */
export const CONFIG_DEFAULT_HEAD = 76;
/** 0: synchronous; 1: pipelined. */
export const CONFIG_DEFAULT_PROPAGATION = 80;
/** u32 [head][class]: spikes since the start of the run. */
export const CONFIG_COUNTS = 84;
/** f64 [population][2], f64 [head][2]: spikes emitted and synaptic operations received since the start of the run. */
export const CONFIG_POPULATION_ACTIVITY = 88;
export const CONFIG_HEAD_ACTIVITY = 92;
/** f64 [class]: estimated rates, eq. (14). */
export const CONFIG_RATES = 96;
/** u32 [class]: class indices, the best first. */
export const CONFIG_RANKING = 100;
/** f64 [class][2]: shapes alpha and beta of every class's posterior. */
export const CONFIG_SHAPES = 104;
/** f64 [class]: posterior probability of firing fastest. */
export const CONFIG_PROBABILITIES = 108;
/** f64 [class][GROUP_LENGTH] and i32 [class]: scratch of the probabilities (portable/highest.ts). */
export const CONFIG_GROUPS = 112;
export const CONFIG_GROUP_OF = 116;
/** Picture memory of the command; 0 bytes in a library. */
export const CONFIG_PICTURE = 120;
export const CONFIG_PICTURE_BYTES = 124;
/** k: timestep t counts as t^k. */
export const CONFIG_DEFAULT_FORGETTING = 128;
/** f64 [head][class]: sums of t^k over the timesteps at which a class fired. */
export const CONFIG_EVIDENCE = 132;
/** f64 [class]: M_j of the final prediction and of the internal one, those sums brought to scale. */
export const CONFIG_FINAL_EVIDENCE = 136;
export const CONFIG_PRIOR_EVIDENCE = 140;
/** f64, as a fraction of the threshold. */
export const CONFIG_DEFAULT_INITIAL_POTENTIAL = 144;
/** f64: energy of one synaptic operation, in picojoules. */
export const CONFIG_PICOJOULES = 152;
/** f64: energy of one dense pass of the trained network, in millijoules. */
export const CONFIG_ANN_ENERGY = 160;
/** How many entries that order has. */
export const CONFIG_ORDER_COUNT = 168;
/** Binary digits of radix coding, or 0 for rate coding: what the model says, and what every run uses. */
export const CONFIG_DIGITS = 172;
/** 1 where output neurons are asked for all that they received, 0 where for their spikes. */
export const CONFIG_MEMBRANE_READOUT = 176;
export const CONFIG_BYTES = 180;

/** A head: the address of its record (assembly/records.ts), and what only the edge code reads. */
export const EDGE_HEAD_RECORD = 0;
export const EDGE_HEAD_NAME = 4;
/** f64: the prior strength that the model holds. */
export const EDGE_HEAD_STRENGTH = 8;
/** u8 [place in the order, populations only]: 1 for those that must run for the head to answer. */
export const EDGE_HEAD_NEEDS = 16;
export const EDGE_HEAD_BYTES = 24;

/** The largest prior strength (MAXIMUM_PRIOR_STRENGTH of src/graph/bounds.ts). */
export const LARGEST_STRENGTH = 1000000;
/** The largest k (MAXIMUM_FORGETTING of src/graph/bounds.ts). */
export const LARGEST_FORGETTING = 16;
