/**
 * Records written into memory with the constants of assembly/layout.ts, as the host does it. Spikes are set, read
 * and listed in the plainest loops, so that a kernel is never checked against another kernel.
 */
import * as R from '../../assembly/records';

import { allocate, randomBetween } from './support';

/** Threshold of a lane that never fires. */
export const NEVER: i32 = i32.MAX_VALUE;

export function blocksOf(channels: i32): i32 {
  return (channels + R.LANES - 1) / R.LANES;
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
  store<i32>(layer, channels, R.POPULATION_CHANNELS);
  store<i32>(layer, blocks, R.POPULATION_BLOCKS);
  store<i32>(layer, height, R.POPULATION_HEIGHT);
  store<i32>(layer, width, R.POPULATION_WIDTH);
  store<usize>(layer, allocate(blocks * R.LANE_BYTES), R.POPULATION_BIAS);
  store<usize>(layer, allocate(blocks * R.LANE_BYTES), R.POPULATION_THRESHOLD);
  store<usize>(layer, allocate(blocks * pixels * R.LANE_BYTES), R.POPULATION_MEMBRANE);
  store<usize>(layer, allocate(slots * maskStride), R.POPULATION_MASK);
  store<usize>(layer, allocate(slots * listStride), R.POPULATION_LIST);
  store<usize>(layer, allocate(slots * rowStartStride), R.POPULATION_ROW_START);
  store<i32>(layer, maskStride, R.POPULATION_MASK_STRIDE);
  store<i32>(layer, listStride, R.POPULATION_LIST_STRIDE);
  store<i32>(layer, rowStartStride, R.POPULATION_ROW_START_STRIDE);
  store<usize>(layer, allocate(slots * 4), R.POPULATION_SPIKES);
  store<usize>(layer, allocate(slots * 4), R.POPULATION_OPERATIONS);
  const threshold = load<usize>(layer, R.POPULATION_THRESHOLD);
  for (let lane = 0; lane < blocks * R.LANES; lane++) store<i32>(threshold + lane * 4, NEVER);
}

export function newLayer(channels: i32, height: i32, width: i32, slots: i32): usize {
  const layer = allocate(R.POPULATION_BYTES);
  writeLayer(layer, channels, height, width, slots);
  return layer;
}

/** Address of the mask that holds a neuron's spike. */
export function maskOf(layer: usize, slot: i32, y: i32, x: i32, channel: i32): usize {
  const pixel = y * load<i32>(layer, R.POPULATION_WIDTH) + x;
  const word = pixel * load<i32>(layer, R.POPULATION_BLOCKS) + channel / R.LANES;
  return load<usize>(layer, R.POPULATION_MASK) + slot * load<i32>(layer, R.POPULATION_MASK_STRIDE) + word * 8;
}

export function setSpike(layer: usize, slot: i32, y: i32, x: i32, channel: i32): void {
  const mask = maskOf(layer, slot, y, x, channel);
  store<u64>(mask, load<u64>(mask) | ((<u64>1) << (channel % R.LANES)));
}

/** 1 if the neuron fired; 0 if not, or if (y, x) lies in the zero padding around the layer. */
export function spikeAt(layer: usize, slot: i32, y: i32, x: i32, channel: i32): i32 {
  if (y < 0 || y >= load<i32>(layer, R.POPULATION_HEIGHT) || x < 0 || x >= load<i32>(layer, R.POPULATION_WIDTH)) return 0;
  return <i32>((load<u64>(maskOf(layer, slot, y, x, channel)) >> (channel % R.LANES)) & 1);
}

/** Lets each neuron fire with a chance of `percent`, and lists the spikes. */
export function fireAtRandom(layer: usize, slot: i32, percent: i32): void {
  const channels = load<i32>(layer, R.POPULATION_CHANNELS);
  for (let y = 0; y < load<i32>(layer, R.POPULATION_HEIGHT); y++) {
    for (let x = 0; x < load<i32>(layer, R.POPULATION_WIDTH); x++) {
      for (let channel = 0; channel < channels; channel++) {
        if (randomBetween(1, 100) <= percent) setSpike(layer, slot, y, x, channel);
      }
    }
  }
  listInto(layer, slot, listOf(layer, slot), rowStartOf(layer, slot));
}

export function listOf(layer: usize, slot: i32): usize {
  return load<usize>(layer, R.POPULATION_LIST) + slot * load<i32>(layer, R.POPULATION_LIST_STRIDE);
}

export function rowStartOf(layer: usize, slot: i32): usize {
  return load<usize>(layer, R.POPULATION_ROW_START) + slot * load<i32>(layer, R.POPULATION_ROW_START_STRIDE);
}

/** Lists one slot's spikes neuron by neuron as layout.ts draws it; returns their number. */
export function listInto(layer: usize, slot: i32, list: usize, rowStart: usize): u32 {
  const channels = load<i32>(layer, R.POPULATION_CHANNELS);
  const width = load<i32>(layer, R.POPULATION_WIDTH);
  let total: u32 = 0;
  for (let y = 0; y < load<i32>(layer, R.POPULATION_HEIGHT); y++) {
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
  store<i32>(connection, kind, R.SYNAPSES_KIND);
  store<usize>(connection, source, R.SYNAPSES_SOURCE);
  store<i32>(connection, kernel, R.SYNAPSES_KERNEL);
  store<i32>(connection, stride, R.SYNAPSES_STRIDE);
  store<i32>(connection, padding, R.SYNAPSES_PADDING);
  const weights = allocate(weightBytes);
  store<usize>(connection, weights, R.SYNAPSES_WEIGHTS);
  if (kind == R.KIND_CONVOLUTION) {
    for (let lane = 0; lane < weightBytes; lane += 2) store<i8>(weights + lane, R.EVEN_CHANNEL_OFFSET);
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
  const connection = allocate(R.SYNAPSES_BYTES);
  writeConnection(connection, kind, source, kernel, stride, padding, weightBytes);
  return connection;
}

/** Address of one weight: i8 [block][ky][kx][in][64], `inputs` source channels. */
export function weightAt(connection: usize, inputs: i32, output: i32, ky: i32, kx: i32, input: i32): usize {
  const kernel = load<i32>(connection, R.SYNAPSES_KERNEL);
  const row = (((output / R.LANES) * kernel + ky) * kernel + kx) * inputs + input;
  return load<usize>(connection, R.SYNAPSES_WEIGHTS) + row * R.LANES + (output % R.LANES);
}

/** One weight of a convolution, packed as layout.ts draws it: 128 is added where the channel is even. */
export function packedWeight(output: i32, weight: i32): i8 {
  return <i8>((output & 1) == 0 ? weight + R.EVEN_CHANNEL_OFFSET : weight);
}

/** The weight at an address of a convolution's packed weights. */
export function unpackedWeight(output: i32, address: usize): i32 {
  return (output & 1) == 0 ? <i32>load<u8>(address) - R.EVEN_CHANNEL_OFFSET : <i32>load<i8>(address);
}

/** floor((extent + 2 padding - kernel) / stride) + 1 */
export function outputExtent(extent: i32, kernel: i32, stride: i32, padding: i32): i32 {
  return (extent + 2 * padding - kernel) / stride + 1;
}

/** Writes a head's record and allocates all that it points to. */
export function writeHead(head: usize, layer: usize, classes: i32, slots: i32): void {
  const paddedClasses = (classes + 7) & ~7;
  const paddedChannels = (load<i32>(layer, R.POPULATION_CHANNELS) + 1) & ~1;
  store<usize>(head, layer, R.HEAD_LAYER);
  store<i32>(head, classes, R.HEAD_CLASSES);
  store<i32>(head, paddedClasses, R.HEAD_PADDED_CLASSES);
  store<usize>(head, allocate(paddedChannels * paddedClasses * 2), R.HEAD_WEIGHTS);
  store<usize>(head, allocate(classes * 4), R.HEAD_BIAS);
  store<usize>(head, allocate(classes * 4), R.HEAD_THRESHOLD);
  store<usize>(head, allocate(classes * 8), R.HEAD_MEMBRANE);
  store<usize>(head, allocate(paddedClasses * 4), R.HEAD_SUMS);
  store<usize>(head, allocate(paddedChannels * 2), R.HEAD_POOL);
  store<usize>(head, allocate(slots * classes), R.HEAD_FIRED);
  store<usize>(head, allocate(slots * 4), R.HEAD_SPIKES);
  store<usize>(head, allocate(slots * 4), R.HEAD_OPERATIONS);
}

export function newHead(layer: usize, classes: i32, slots: i32): usize {
  const head = allocate(R.HEAD_BYTES);
  writeHead(head, layer, classes, slots);
  return head;
}

/** Address of one weight of a head: i16 [channel / 2][class][2]. */
export function headWeightAt(head: usize, channel: i32, output: i32): usize {
  const pair = (channel / 2) * load<i32>(head, R.HEAD_PADDED_CLASSES) + output;
  return load<usize>(head, R.HEAD_WEIGHTS) + (pair * 2 + (channel & 1)) * 2;
}

/** Writes the part of an analog connection that other connections lack, and allocates image and current. */
export function writeImage(connection: usize, layer: usize, inputs: i32, height: i32, width: i32): void {
  const neurons = load<i32>(layer, R.POPULATION_BLOCKS) * load<i32>(layer, R.POPULATION_HEIGHT) * load<i32>(layer, R.POPULATION_WIDTH);
  store<usize>(connection, allocate(height * width * inputs * 2), R.SYNAPSES_SOURCE);
  store<usize>(connection, allocate(neurons * R.LANE_BYTES), R.SYNAPSES_CURRENT);
  store<i32>(connection, inputs, R.SYNAPSES_IMAGE_CHANNELS);
  store<i32>(connection, height, R.SYNAPSES_IMAGE_HEIGHT);
  store<i32>(connection, width, R.SYNAPSES_IMAGE_WIDTH);
}
