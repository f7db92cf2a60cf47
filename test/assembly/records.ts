/**
 * Records written into memory with the constants of assembly/layout.ts, as the host does it. Spikes are set, read
 * and listed in the plainest loops, so that a kernel is never checked against another kernel.
 */
import {
  CONNECTION_BYTES,
  CONNECTION_CURRENT,
  CONNECTION_IMAGE_CHANNELS,
  CONNECTION_IMAGE_HEIGHT,
  CONNECTION_IMAGE_WIDTH,
  CONNECTION_KERNEL,
  CONNECTION_KIND,
  CONNECTION_PADDING,
  CONNECTION_SOURCE,
  CONNECTION_STRIDE,
  CONNECTION_WEIGHTS,
  EVEN_CHANNEL_OFFSET,
  HEAD_BIAS,
  HEAD_BYTES,
  HEAD_CLASSES,
  HEAD_FIRED,
  HEAD_LAYER,
  HEAD_MEMBRANE,
  HEAD_OPERATIONS,
  HEAD_PADDED_CLASSES,
  HEAD_POOL,
  HEAD_SPIKES,
  HEAD_SUMS,
  HEAD_THRESHOLD,
  HEAD_WEIGHTS,
  KIND_CONVOLUTION,
  LANES,
  LANE_BYTES,
  LAYER_BIAS,
  LAYER_BLOCKS,
  LAYER_BYTES,
  LAYER_CHANNELS,
  LAYER_HEIGHT,
  LAYER_LIST,
  LAYER_LIST_STRIDE,
  LAYER_MASK,
  LAYER_MASK_STRIDE,
  LAYER_MEMBRANE,
  LAYER_OPERATIONS,
  LAYER_ROW_START,
  LAYER_ROW_START_STRIDE,
  LAYER_SPIKES,
  LAYER_THRESHOLD,
  LAYER_WIDTH,
} from '../../assembly/layout';

import { allocate, randomBetween } from './support';

/** Threshold of a lane that never fires. */
export const NEVER: i32 = i32.MAX_VALUE;

export function blocksOf(channels: i32): i32 {
  return (channels + LANES - 1) / LANES;
}

/** 16 bytes of slack a slot: a kernel that works a stride out instead of reading it goes wrong. */
function strideOf(bytes: i32): i32 {
  return ((bytes + 15) & ~15) + 16;
}

/** Writes a layer's record and allocates all that it points to except its connections. */
export function writeLayer(layer: usize, channels: i32, height: i32, width: i32, slots: i32): void {
  const blocks = blocksOf(channels);
  const pixels = height * width;
  const maskStride = strideOf(pixels * blocks * 8);
  const listStride = strideOf(pixels * channels * 2);
  const rowStartStride = strideOf(height * (width + 1) * 2);
  store<i32>(layer, channels, LAYER_CHANNELS);
  store<i32>(layer, blocks, LAYER_BLOCKS);
  store<i32>(layer, height, LAYER_HEIGHT);
  store<i32>(layer, width, LAYER_WIDTH);
  store<usize>(layer, allocate(blocks * LANE_BYTES), LAYER_BIAS);
  store<usize>(layer, allocate(blocks * LANE_BYTES), LAYER_THRESHOLD);
  store<usize>(layer, allocate(blocks * pixels * LANE_BYTES), LAYER_MEMBRANE);
  store<usize>(layer, allocate(slots * maskStride), LAYER_MASK);
  store<usize>(layer, allocate(slots * listStride), LAYER_LIST);
  store<usize>(layer, allocate(slots * rowStartStride), LAYER_ROW_START);
  store<i32>(layer, maskStride, LAYER_MASK_STRIDE);
  store<i32>(layer, listStride, LAYER_LIST_STRIDE);
  store<i32>(layer, rowStartStride, LAYER_ROW_START_STRIDE);
  store<usize>(layer, allocate(slots * 4), LAYER_SPIKES);
  store<usize>(layer, allocate(slots * 4), LAYER_OPERATIONS);
  const threshold = load<usize>(layer, LAYER_THRESHOLD);
  for (let lane = 0; lane < blocks * LANES; lane++) store<i32>(threshold + lane * 4, NEVER);
}

export function newLayer(channels: i32, height: i32, width: i32, slots: i32): usize {
  const layer = allocate(LAYER_BYTES);
  writeLayer(layer, channels, height, width, slots);
  return layer;
}

/** Address of the mask that holds a neuron's spike. */
export function maskOf(layer: usize, slot: i32, y: i32, x: i32, channel: i32): usize {
  const pixel = y * load<i32>(layer, LAYER_WIDTH) + x;
  const word = pixel * load<i32>(layer, LAYER_BLOCKS) + channel / LANES;
  return load<usize>(layer, LAYER_MASK) + slot * load<i32>(layer, LAYER_MASK_STRIDE) + word * 8;
}

export function setSpike(layer: usize, slot: i32, y: i32, x: i32, channel: i32): void {
  const mask = maskOf(layer, slot, y, x, channel);
  store<u64>(mask, load<u64>(mask) | ((<u64>1) << (channel % LANES)));
}

/** 1 if the neuron fired; 0 if not, or if (y, x) lies in the zero padding around the layer. */
export function spikeAt(layer: usize, slot: i32, y: i32, x: i32, channel: i32): i32 {
  if (y < 0 || y >= load<i32>(layer, LAYER_HEIGHT) || x < 0 || x >= load<i32>(layer, LAYER_WIDTH)) return 0;
  return <i32>((load<u64>(maskOf(layer, slot, y, x, channel)) >> (channel % LANES)) & 1);
}

/** Lets each neuron fire with a chance of `percent`, and lists the spikes. */
export function fireAtRandom(layer: usize, slot: i32, percent: i32): void {
  const channels = load<i32>(layer, LAYER_CHANNELS);
  for (let y = 0; y < load<i32>(layer, LAYER_HEIGHT); y++) {
    for (let x = 0; x < load<i32>(layer, LAYER_WIDTH); x++) {
      for (let channel = 0; channel < channels; channel++) {
        if (randomBetween(1, 100) <= percent) setSpike(layer, slot, y, x, channel);
      }
    }
  }
  listInto(layer, slot, listOf(layer, slot), rowStartOf(layer, slot));
}

export function listOf(layer: usize, slot: i32): usize {
  return load<usize>(layer, LAYER_LIST) + slot * load<i32>(layer, LAYER_LIST_STRIDE);
}

export function rowStartOf(layer: usize, slot: i32): usize {
  return load<usize>(layer, LAYER_ROW_START) + slot * load<i32>(layer, LAYER_ROW_START_STRIDE);
}

/** Lists one slot's spikes neuron by neuron as layout.ts draws it; returns their number. */
export function listInto(layer: usize, slot: i32, list: usize, rowStart: usize): u32 {
  const channels = load<i32>(layer, LAYER_CHANNELS);
  const width = load<i32>(layer, LAYER_WIDTH);
  let total: u32 = 0;
  for (let y = 0; y < load<i32>(layer, LAYER_HEIGHT); y++) {
    let found = 0;
    for (let x = 0; x < width; x++) {
      store<u16>(rowStart + (y * (width + 1) + x) * 2, <u16>found);
      for (let channel = 0; channel < channels; channel++) {
        if (spikeAt(layer, slot, y, x, channel) == 0) continue;
        store<u16>(list + (y * width * channels + found) * 2, <u16>(x * channels + channel));
        found++;
      }
    }
    store<u16>(rowStart + (y * (width + 1) + width) * 2, <u16>found);
    total += found;
  }
  return total;
}

/** Writes a connection's geometry; `weightBytes` bytes of weights, all 0, are allocated for it. */
export function writeConnection(
  connection: usize,
  kind: i32,
  source: usize,
  kernel: i32,
  stride: i32,
  padding: i32,
  weightBytes: i32,
): void {
  store<i32>(connection, kind, CONNECTION_KIND);
  store<usize>(connection, source, CONNECTION_SOURCE);
  store<i32>(connection, kernel, CONNECTION_KERNEL);
  store<i32>(connection, stride, CONNECTION_STRIDE);
  store<i32>(connection, padding, CONNECTION_PADDING);
  const weights = allocate(weightBytes);
  store<usize>(connection, weights, CONNECTION_WEIGHTS);
  if (kind == KIND_CONVOLUTION) {
    for (let lane = 0; lane < weightBytes; lane += 2) store<i8>(weights + lane, EVEN_CHANNEL_OFFSET);
  }
}

export function newConnection(
  kind: i32,
  source: usize,
  kernel: i32,
  stride: i32,
  padding: i32,
  weightBytes: i32,
): usize {
  const connection = allocate(CONNECTION_BYTES);
  writeConnection(connection, kind, source, kernel, stride, padding, weightBytes);
  return connection;
}

/** Address of one weight: i8 [block][ky][kx][in][64], `inputs` source channels. */
export function weightAt(connection: usize, inputs: i32, output: i32, ky: i32, kx: i32, input: i32): usize {
  const kernel = load<i32>(connection, CONNECTION_KERNEL);
  const row = (((output / LANES) * kernel + ky) * kernel + kx) * inputs + input;
  return load<usize>(connection, CONNECTION_WEIGHTS) + row * LANES + (output % LANES);
}

/** One weight of a convolution, packed as layout.ts draws it: 128 is added where the channel is even. */
export function packedWeight(output: i32, weight: i32): i8 {
  return <i8>((output & 1) == 0 ? weight + EVEN_CHANNEL_OFFSET : weight);
}

/** The weight at an address of a convolution's packed weights. */
export function unpackedWeight(output: i32, address: usize): i32 {
  return (output & 1) == 0 ? <i32>load<u8>(address) - EVEN_CHANNEL_OFFSET : <i32>load<i8>(address);
}

/** floor((extent + 2 padding - kernel) / stride) + 1 */
export function outputExtent(extent: i32, kernel: i32, stride: i32, padding: i32): i32 {
  return (extent + 2 * padding - kernel) / stride + 1;
}

/** Writes a head's record and allocates all that it points to. */
export function writeHead(head: usize, layer: usize, classes: i32, slots: i32): void {
  const paddedClasses = (classes + 7) & ~7;
  const paddedChannels = (load<i32>(layer, LAYER_CHANNELS) + 1) & ~1;
  store<usize>(head, layer, HEAD_LAYER);
  store<i32>(head, classes, HEAD_CLASSES);
  store<i32>(head, paddedClasses, HEAD_PADDED_CLASSES);
  store<usize>(head, allocate(paddedChannels * paddedClasses * 2), HEAD_WEIGHTS);
  store<usize>(head, allocate(classes * 4), HEAD_BIAS);
  store<usize>(head, allocate(classes * 4), HEAD_THRESHOLD);
  store<usize>(head, allocate(classes * 8), HEAD_MEMBRANE);
  store<usize>(head, allocate(paddedClasses * 4), HEAD_SUMS);
  store<usize>(head, allocate(paddedChannels * 2), HEAD_POOL);
  store<usize>(head, allocate(slots * classes), HEAD_FIRED);
  store<usize>(head, allocate(slots * 4), HEAD_SPIKES);
  store<usize>(head, allocate(slots * 4), HEAD_OPERATIONS);
}

export function newHead(layer: usize, classes: i32, slots: i32): usize {
  const head = allocate(HEAD_BYTES);
  writeHead(head, layer, classes, slots);
  return head;
}

/** Address of one weight of a head: i16 [channel / 2][class][2]. */
export function headWeightAt(head: usize, channel: i32, output: i32): usize {
  const pair = (channel / 2) * load<i32>(head, HEAD_PADDED_CLASSES) + output;
  return load<usize>(head, HEAD_WEIGHTS) + (pair * 2 + (channel & 1)) * 2;
}

/** Writes the part of an analog connection that other connections lack, and allocates image and current. */
export function writeImage(connection: usize, layer: usize, inputs: i32, height: i32, width: i32): void {
  const neurons = load<i32>(layer, LAYER_BLOCKS) * load<i32>(layer, LAYER_HEIGHT) * load<i32>(layer, LAYER_WIDTH);
  store<usize>(connection, allocate(height * width * inputs * 2), CONNECTION_SOURCE);
  store<usize>(connection, allocate(neurons * LANE_BYTES), CONNECTION_CURRENT);
  store<i32>(connection, inputs, CONNECTION_IMAGE_CHANNELS);
  store<i32>(connection, height, CONNECTION_IMAGE_HEIGHT);
  store<i32>(connection, width, CONNECTION_IMAGE_WIDTH);
}
