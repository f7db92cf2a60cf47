/**
 * The memory that the host and the kernels share: AssemblyScript compiles this file into the module and the host's
 * src/engine/ imports it, so the two sides cannot drift apart. Plain numbers only.
 *
 * The host lays the whole network out once; the kernels allocate nothing. Every record is a run of 32-bit words;
 * pointers are byte addresses. All array starts are 16-byte aligned.
 *
 * LANE GROUPS. Channels are padded to groups of 64 = LANES, because the sums of 64 output channels fill eight
 * v128 registers of i16. A population of 100 channels has two groups, the second with 36 lanes that never fire
 * (threshold 1, weights and bias 0).
 *
 *   membrane    i32 [group][pixel][64]           pixel = y * width + x; rate coding only
 *   bias        i32 [group][64]                  threshold alike
 *   current     i32 [group][pixel][64]           constant drive of a population that the image feeds, bias included
 *
 * WEIGHTS of synapses, by their kind (assembly/synapses/):
 *
 *   convolution u8  [group][ky][kx][in][64]      in = the source channels that reach the group; packed as drawn below
 *   depthwise   i8  [group][ky][kx][64]
 *   per-channel i32 [group][64]
 *   image       i8  [group][ky][kx][in][64]
 *
 * PACKED WEIGHTS. A convolution reads 16 weights as eight i16 words, so each word holds two channels:
 *
 *   word k = (weight of channel 2k + 1) * 256 + (weight of channel 2k) + 128
 *
 * which as bytes is int8 in the order of the channels, with 128 added to those of even channels. The sum of up to 256
 * words and the sum of their high bytes together give both channels' sums exactly (synapses/convolution.ts).
 *
 * SPIKES. A call computes several timesteps (in radix coding: phases) population by population, so that weights and
 * membranes stay in cache; each population therefore keeps the spikes of the last `slots` timesteps in a ring,
 * slot = timestep % slots.
 *
 *   mask        u64 [slot][pixel][group]         bit c = channel group * 64 + c fired
 *   list        u16 [slot][y][width * channels]  x * channels + c of every spike of the row, ascending
 *   rowStart    u16 [slot][y][width + 1]         where the spikes of column x begin in the row's list
 *
 * A 3x3 window is thus three contiguous runs of `list`, one a row. GATHERED_BYTES of slack follow the last slot's list.
 *
 * FAN-OUT. How many synapses a spike crosses depends on its channel, and near borders and under strides on its place.
 * Rows that are alike share a class, columns too:
 *
 *   fanOut       u32 [row class][column class][channel][2]  synapses of a weight that is not 0, and what they would be if
 *                                                           weights of 0 were synapses too
 *   rowFanOut    u32 [height of the source]                 byte of fanOut at which the row's class begins
 *   columnFanOut u32 [width of the source]                  byte from there at which the column's class begins
 */

/** Output channels a kernel works on at once. */
export const LANES = 64;
/** Bytes of one group of 64 i32 lanes. */
export const LANE_BYTES = 256;
/** Added to the weights of even channels (drawn above). */
export const EVEN_CHANNEL_OFFSET = 128;
/** Rows of int8 weights that an i16 lane can take without overflow: 256 * -128 = -32768. */
export const ROWS_PER_FLUSH = 256;
/** Spikes are gathered in steps of so many bytes: what lies behind every list, and behind the window's rows. */
export const GATHERED_BYTES = 48;

/** Addresses of the order table: [entry] of ENTRY_BYTES, every population after all that feed it. */
export const NETWORK_ORDER = 0;
export const NETWORK_ORDER_COUNT = 4;
/** Length of the spike rings; a call may advance at most slots - 1 timesteps. */
export const NETWORK_SLOTS = 8;
/** 0: synchronous; 1: pipelined. Radix coding is synchronous. */
export const NETWORK_DELAY = 12;
/** CODING_RATE or CODING_RADIX. */
export const NETWORK_CODING = 16;
/** i16 [64]: scratch, a window's sums on their way to the membranes. */
export const NETWORK_SUMS = 20;
/** u16 [rows of the largest window], and GATHERED_BYTES: scratch, its weight rows. */
export const NETWORK_WINDOW_ROWS = 24;
/** i32 [64]: scratch, what the neurons of a pixel accumulate in radix coding. */
export const NETWORK_ACCUMULATOR = 28;
export const NETWORK_BYTES = 32;

/** A neuron fires as soon as its potential passes the threshold (neurons/integrate-and-fire.ts). */
export const CODING_RATE = 0;
/** A neuron waits for its sources' binary digits, then sends its own (neurons/radix.ts). */
export const CODING_RADIX = 1;

/** One step of the order: what it is, and the address of its record. */
export const ENTRY_KIND = 0;
export const ENTRY_RECORD = 4;
export const ENTRY_BYTES = 8;
export const ENTRY_KIND_POPULATION = 0;
export const ENTRY_KIND_HEAD = 1;

export const POPULATION_CHANNELS = 0;
/** Lane groups. */
export const POPULATION_GROUPS = 4;
export const POPULATION_HEIGHT = 8;
export const POPULATION_WIDTH = 12;
/** Address of the first record of its synapses; they follow each other. */
export const POPULATION_SYNAPSES = 16;
export const POPULATION_SYNAPSES_COUNT = 20;
export const POPULATION_BIAS = 24;
export const POPULATION_THRESHOLD = 28;
export const POPULATION_MEMBRANE = 32;
/** 0 where the image does not feed it. */
export const POPULATION_CURRENT = 36;
export const POPULATION_MASK = 40;
export const POPULATION_LIST = 44;
export const POPULATION_ROW_START = 48;
/** Bytes of one slot of mask, list and rowStart. */
export const POPULATION_MASK_STRIDE = 52;
export const POPULATION_LIST_STRIDE = 56;
export const POPULATION_ROW_START_STRIDE = 60;
/** u32 [slot]: spikes emitted in that timestep. */
export const POPULATION_SPIKES = 64;
/** u32 [slot]: synaptic operations received in that timestep. */
export const POPULATION_OPERATIONS = 68;
/** u32 [slot]: the same if weights of 0 were synapses too. */
export const POPULATION_ALL_OPERATIONS = 72;
/** u32 [reader]: addresses of the records of all synapses that it feeds. */
export const POPULATION_READERS = 76;
export const POPULATION_READER_COUNT = 80;
export const POPULATION_BYTES = 96;

export const SYNAPSES_KIND = 0;
/** Address of the source's population record; of the i16 [y][x][channel] image for KIND_IMAGE. */
export const SYNAPSES_SOURCE = 4;
export const SYNAPSES_SOURCE_CHANNELS = 8;
export const SYNAPSES_SOURCE_HEIGHT = 12;
export const SYNAPSES_SOURCE_WIDTH = 16;
export const SYNAPSES_KERNEL_HEIGHT = 20;
export const SYNAPSES_KERNEL_WIDTH = 24;
export const SYNAPSES_STRIDE_Y = 28;
export const SYNAPSES_STRIDE_X = 32;
export const SYNAPSES_PADDING_TOP = 36;
export const SYNAPSES_PADDING_LEFT = 40;
export const SYNAPSES_DILATION_Y = 44;
export const SYNAPSES_DILATION_X = 48;
export const SYNAPSES_WEIGHTS = 52;
/** Source channels that reach one lane group: all of them, unless a convolution has groups of its own. */
export const SYNAPSES_SPAN = 56;
/**
 * Output channels of one group of a convolution, and source channels from the first of one group to the first of the next;
 * SPAN covers those that a lane group meets.
 */
export const SYNAPSES_GROUP_OUTPUTS = 60;
export const SYNAPSES_GROUP_INPUTS = 64;
/** Fan-out as drawn above; unused by KIND_IMAGE. */
export const SYNAPSES_FAN_OUT = 68;
export const SYNAPSES_ROW_FAN_OUT = 72;
export const SYNAPSES_COLUMN_FAN_OUT = 76;
/** u32 [slot][2]: synaptic operations of the source's spikes in that timestep, in pairs like the fan-out's. */
export const SYNAPSES_OPERATIONS = 80;
/** u8 [slot][ring row][column][64]: scratch of depthwise synapses, masks spread to bytes (synapses/depthwise.ts); else 0. */
export const SYNAPSES_SPREAD = 84;
export const SYNAPSES_BYTES = 160;

/**
 * Written by the kernels, behind what the host writes: the window of the output pixel at hand, without what lies in
 * the padding. Where the list and the row start of its first row lie in slot 0; what turns an entry of that list into
 * a weight row; how many rows and columns of taps there are, and which are the first.
 */
export const WINDOW_LIST = 88;
export const WINDOW_ROW_START = 92;
export const WINDOW_FIRST = 96;
export const WINDOW_ROWS = 100;
export const WINDOW_COLUMNS = 104;
export const WINDOW_FIRST_ROW = 108;
export const WINDOW_FIRST_COLUMN = 112;
export const WINDOW_WEIGHTS = 116;
/** From one row of the window to the next: bytes of lists and of row starts, and weight rows; bytes of lists and row starts of a slot. */
export const WINDOW_LIST_STEP = 128;
export const WINDOW_ROW_START_STEP = 132;
export const WINDOW_TAP_STEP = 136;
export const WINDOW_LIST_STRIDE = 140;
export const WINDOW_ROW_START_STRIDE = 144;
/** First source channel that reaches the lane group, if others of its pixels do not; -1 if all do, and runs are whole rows. */
export const WINDOW_FIRST_CHANNEL = 148;
/** Of depthwise synapses: the first row of the source that is not spread yet, and the window's first row in the ring. */
export const WINDOW_NEXT_ROW = 120;
export const WINDOW_RING_ROW = 124;

export const KIND_CONVOLUTION = 0;
export const KIND_DEPTHWISE = 1;
export const KIND_PER_CHANNEL = 2;
export const KIND_IMAGE = 3;

/**
 * A head's classes are padded to a multiple of 8; weights are i16 in pairs of channels, so that one dot product of
 * i16 pairs serves two channels at once: i16 [channel / 2][class][2].
 */
export const HEAD_POPULATION = 0;
export const HEAD_CLASSES = 4;
export const HEAD_PADDED_CLASSES = 8;
export const HEAD_WEIGHTS = 12;
/** i32 [classes] */
export const HEAD_BIAS = 16;
/** i32 [classes] */
export const HEAD_THRESHOLD = 20;
/** i64 [classes]: a head's drift can pass 32 bits within a few thousand timesteps. */
export const HEAD_MEMBRANE = 24;
/** i32 [padded classes]: scratch for one timestep's sums. */
export const HEAD_SUMS = 28;
/** i16 [channels, padded to even]: scratch, spikes of each channel over all pixels. */
export const HEAD_POOL = 32;
/** u8 [slot][classes]: which output neurons fired. */
export const HEAD_FIRED = 36;
/** i64 [slot][classes]: what the output neurons received, bias included. */
export const HEAD_INPUT = 40;
/** u32 [channels]: weights that are not 0. */
export const HEAD_FAN_OUT = 44;
/** u32 [slot]: spikes emitted, synaptic operations received, the same if weights of 0 were synapses too. */
export const HEAD_SPIKES = 48;
export const HEAD_OPERATIONS = 52;
export const HEAD_ALL_OPERATIONS = 56;
export const HEAD_BYTES = 64;
