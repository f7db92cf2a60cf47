/**
 * The memory layout that the host and the kernels share: AssemblyScript compiles this file into the module and the
 * host's src/engine/plan.ts imports it, so the two sides cannot drift apart. Plain numbers only.
 *
 * The host lays the whole network out once; the kernels allocate nothing. Every record is a run of 32-bit words;
 * pointers are byte addresses. All array starts are 16-byte aligned.
 *
 * LANE BLOCKS. Channels are padded to blocks of 64 = LANES, because the sums of 64 output channels fill eight
 * v128 registers of i16. A layer of 100 channels has two blocks, the second with 36 lanes that never fire
 * (threshold 2^31 - 1, weights 0).
 *
 *   membrane    i32 [block][pixel][64]           pixel = y * width + x
 *   bias        i32 [block][64]                  threshold alike
 *   weights     u8  [block][ky][kx][in][64]      in = source channels, unpadded; packed as drawn below
 *   skip        i32 [block][64]                  weights of an identity connection
 *   current     i32 [block][pixel][64]           constant drive of the analog first layer, bias included
 *
 * PACKED WEIGHTS. A convolution reads 16 weights as eight i16 words, so each word holds two channels:
 *
 *   word k = (weight of channel 2k + 1) * 256 + (weight of channel 2k) + 128
 *
 * which as bytes is int8 in the order of the channels, with 128 added to those of even channels. The sum of up to 256
 * words and the sum of their high bytes together give both channels' sums exactly (convolution.ts). The weights of
 * the analog layer are plain int8.
 *
 * SPIKES. A block of timesteps is computed layer by layer, so that a layer's weights and membranes stay in cache;
 * each layer therefore keeps the spikes of the last `slots` timesteps in a ring, slot = timestep % slots.
 *
 *   mask        u64 [slot][pixel][block]         bit c = channel block * 64 + c fired
 *   list        u16 [slot][y][width * channels]  x * channels + c of every spike of the row, ascending
 *   rowStart    u16 [slot][y][width + 1]         where the spikes of column x begin in the row's list
 *
 * A 3x3 window is thus three contiguous runs of `list`, one a row. GATHERED_BYTES of slack follow the last slot's list.
 */

/** Output channels a kernel works on at once. */
export const LANES = 64;
/** Bytes of one block of 64 i32 lanes. */
export const LANE_BYTES = 256;
/** Added to the weights of even channels (drawn above). */
export const EVEN_CHANNEL_OFFSET = 128;
/** Rows of int8 weights that an i16 lane can take without overflow: 256 * -128 = -32768. */
export const ROWS_PER_FLUSH = 256;
/** Spikes are gathered in steps of so many bytes: what lies behind every list, and behind the window's rows. */
export const GATHERED_BYTES = 48;

export const NETWORK_LAYERS = 0;
export const NETWORK_LAYER_COUNT = 4;
export const NETWORK_HEADS = 8;
export const NETWORK_HEAD_COUNT = 12;
/** Length of the spike rings; a call may advance at most slots - 1 timesteps. */
export const NETWORK_SLOTS = 16;
/** 0: synchronous; 1: pipelined. */
export const NETWORK_DELAY = 20;
/** Timesteps computed since the last reset. */
export const NETWORK_TIMESTEP = 24;
/** i16 [64]: scratch, a window's sums on their way to the membranes. */
export const NETWORK_SUMS = 28;
/** u16 [kernel * kernel * channels of the largest window], and GATHERED_BYTES: scratch, its weight rows. */
export const NETWORK_WINDOW_ROWS = 32;
export const NETWORK_BYTES = 48;

export const LAYER_CHANNELS = 0;
export const LAYER_BLOCKS = 4;
export const LAYER_HEIGHT = 8;
export const LAYER_WIDTH = 12;
export const LAYER_CONNECTIONS = 16;
export const LAYER_CONNECTION_COUNT = 20;
export const LAYER_BIAS = 24;
export const LAYER_THRESHOLD = 28;
export const LAYER_MEMBRANE = 32;
export const LAYER_MASK = 36;
export const LAYER_LIST = 40;
export const LAYER_ROW_START = 44;
/** Bytes of one slot of mask, list and rowStart. */
export const LAYER_MASK_STRIDE = 48;
export const LAYER_LIST_STRIDE = 52;
export const LAYER_ROW_START_STRIDE = 56;
/** u32 [slot]: spikes emitted in that timestep. */
export const LAYER_SPIKES = 60;
/** u32 [slot]: synaptic operations received in that timestep. */
export const LAYER_OPERATIONS = 64;
export const LAYER_BYTES = 80;

export const CONNECTION_KIND = 0;
/** Address of the source's layer record; of the i16 [y][x][channel] image for an analog connection. */
export const CONNECTION_SOURCE = 4;
export const CONNECTION_KERNEL = 8;
export const CONNECTION_STRIDE = 12;
export const CONNECTION_PADDING = 16;
/** Weights, skip weights, or (analog) weights from which `current` is computed. */
export const CONNECTION_WEIGHTS = 20;
/** Analog only. */
export const CONNECTION_CURRENT = 24;
/** Analog only: shape of the image. */
export const CONNECTION_IMAGE_CHANNELS = 28;
export const CONNECTION_IMAGE_HEIGHT = 32;
export const CONNECTION_IMAGE_WIDTH = 36;
/**
 * Convolutions only: scratch, the window of the output pixel at hand, without what lies in the padding. Where the
 * list and the row start of its first row lie in slot 0; what turns an entry of that list into a weight row; how many
 * rows there are, and twice how many columns.
 */
export const CONNECTION_WINDOW_LIST = 40;
export const CONNECTION_WINDOW_ROW_START = 44;
export const CONNECTION_WINDOW_FIRST = 48;
export const CONNECTION_WINDOW_ROWS = 52;
export const CONNECTION_WINDOW_COLUMN_BYTES = 56;
export const CONNECTION_BYTES = 64;

export const KIND_CONVOLUTION = 0;
export const KIND_IDENTITY = 1;
export const KIND_ANALOG = 2;

/**
 * A head's classes are padded to a multiple of 8; weights are i16 in pairs of channels, so that one dot product of
 * i16 pairs serves two channels at once: i16 [channel / 2][class][2].
 */
export const HEAD_LAYER = 0;
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
/** u32 [slot]: spikes emitted, synaptic operations received. */
export const HEAD_SPIKES = 40;
export const HEAD_OPERATIONS = 44;
export const HEAD_BYTES = 48;
