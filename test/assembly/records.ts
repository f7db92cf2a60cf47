/**
 * Records written into memory with the constants of assembly/records.ts, as the host does it. Spikes are set, read
 * and listed in the plainest loops, so that a kernel is never checked against another kernel.
 */
import * as R from '../../assembly/records';

import { allocate, randomBetween } from './support';

/** Threshold of a channel that never fires. */
export const NEVER: i32 = i32.MAX_VALUE;

export function groupsOf(channels: i32): i32 {
  return (channels + R.LANES - 1) / R.LANES;
}

/** 16 bytes of slack a slot: a kernel that works a stride out instead of reading it goes wrong. */
function strideOf(bytes: i32): i32 {
  return ((bytes + 15) & ~15) + 16;
}

/** Writes a population's record and allocates all that it points to except its synapses, its current and its readers. */
export function writePopulation(population: usize, channels: i32, height: i32, width: i32, slots: i32): void {
  const groups = groupsOf(channels);
  const pixels = height * width;
  const maskStride = strideOf(pixels * groups * 8);
  const listStride = strideOf(pixels * channels * 2);
  const rowStartStride = strideOf(height * (width + 1) * 2);
  store<i32>(population, channels, R.POPULATION_CHANNELS);
  store<i32>(population, groups, R.POPULATION_GROUPS);
  store<i32>(population, height, R.POPULATION_HEIGHT);
  store<i32>(population, width, R.POPULATION_WIDTH);
  store<usize>(population, allocate(groups * R.LANE_BYTES), R.POPULATION_BIAS);
  store<usize>(population, allocate(groups * R.LANE_BYTES), R.POPULATION_THRESHOLD);
  store<usize>(population, allocate(groups * pixels * R.LANE_BYTES), R.POPULATION_MEMBRANE);
  store<usize>(population, allocate(slots * maskStride), R.POPULATION_MASK);
  store<usize>(population, allocate(slots * listStride + R.GATHERED_BYTES), R.POPULATION_LIST);
  store<usize>(population, allocate(slots * rowStartStride), R.POPULATION_ROW_START);
  store<i32>(population, maskStride, R.POPULATION_MASK_STRIDE);
  store<i32>(population, listStride, R.POPULATION_LIST_STRIDE);
  store<i32>(population, rowStartStride, R.POPULATION_ROW_START_STRIDE);
  store<usize>(population, allocate(slots * 4), R.POPULATION_SPIKES);
  store<usize>(population, allocate(slots * 4), R.POPULATION_OPERATIONS);
  store<usize>(population, allocate(slots * 4), R.POPULATION_ALL_OPERATIONS);
  const threshold = load<usize>(population, R.POPULATION_THRESHOLD);
  for (let lane = 0; lane < groups * R.LANES; lane++) store<i32>(threshold + lane * 4, lane < channels ? NEVER : 1);
}

export function newPopulation(channels: i32, height: i32, width: i32, slots: i32): usize {
  const population = allocate(R.POPULATION_BYTES);
  writePopulation(population, channels, height, width, slots);
  return population;
}

/** Gives a population a drive that is constant in time, as the image does. */
export function allocateCurrent(population: usize): void {
  const pixels = load<i32>(population, R.POPULATION_HEIGHT) * load<i32>(population, R.POPULATION_WIDTH);
  const bytes = load<i32>(population, R.POPULATION_GROUPS) * pixels * R.LANE_BYTES;
  store<usize>(population, allocate(bytes), R.POPULATION_CURRENT);
}

/** Says which synapses a population feeds. */
export function writeReaders(population: usize, readers: usize[]): void {
  const list = allocate(readers.length * 4);
  for (let index = 0; index < readers.length; index++) store<usize>(list + index * 4, readers[index]);
  store<usize>(population, list, R.POPULATION_READERS);
  store<i32>(population, readers.length, R.POPULATION_READER_COUNT);
}

/** Address of the mask that holds a neuron's spike. */
export function maskOf(population: usize, slot: i32, y: i32, x: i32, channel: i32): usize {
  const pixel = y * load<i32>(population, R.POPULATION_WIDTH) + x;
  const word = pixel * load<i32>(population, R.POPULATION_GROUPS) + channel / R.LANES;
  return load<usize>(population, R.POPULATION_MASK) + slot * load<i32>(population, R.POPULATION_MASK_STRIDE) + word * 8;
}

export function setSpike(population: usize, slot: i32, y: i32, x: i32, channel: i32): void {
  const mask = maskOf(population, slot, y, x, channel);
  store<u64>(mask, load<u64>(mask) | ((<u64>1) << (channel % R.LANES)));
}

/** 1 if the neuron fired; 0 if not, or if (y, x) lies in the zero padding around the population. */
export function spikeAt(population: usize, slot: i32, y: i32, x: i32, channel: i32): i32 {
  if (y < 0 || y >= load<i32>(population, R.POPULATION_HEIGHT)) return 0;
  if (x < 0 || x >= load<i32>(population, R.POPULATION_WIDTH)) return 0;
  return <i32>((load<u64>(maskOf(population, slot, y, x, channel)) >> (channel % R.LANES)) & 1);
}

/** Lets each neuron fire with a chance of `percent`, and lists the spikes. */
export function fireAtRandom(population: usize, slot: i32, percent: i32): void {
  const channels = load<i32>(population, R.POPULATION_CHANNELS);
  for (let y = 0; y < load<i32>(population, R.POPULATION_HEIGHT); y++) {
    for (let x = 0; x < load<i32>(population, R.POPULATION_WIDTH); x++) {
      for (let channel = 0; channel < channels; channel++) {
        if (randomBetween(1, 100) <= percent) setSpike(population, slot, y, x, channel);
      }
    }
  }
  listInto(population, slot, listOf(population, slot), rowStartOf(population, slot));
}

export function listOf(population: usize, slot: i32): usize {
  return load<usize>(population, R.POPULATION_LIST) + slot * load<i32>(population, R.POPULATION_LIST_STRIDE);
}

export function rowStartOf(population: usize, slot: i32): usize {
  return load<usize>(population, R.POPULATION_ROW_START) + slot * load<i32>(population, R.POPULATION_ROW_START_STRIDE);
}

/** Lists one slot's spikes neuron by neuron as records.ts draws it; returns their number. */
export function listInto(population: usize, slot: i32, list: usize, rowStart: usize): u32 {
  const channels = load<i32>(population, R.POPULATION_CHANNELS);
  const width = load<i32>(population, R.POPULATION_WIDTH);
  let total: u32 = 0;
  for (let y = 0; y < load<i32>(population, R.POPULATION_HEIGHT); y++) {
    let found = 0;
    for (let x = 0; x < width; x++) {
      store<u16>(rowStart + (y * (width + 1) + x) * 2, <u16>found);
      for (let channel = 0; channel < channels; channel++) {
        if (spikeAt(population, slot, y, x, channel) == 0) continue;
        store<u16>(list + (y * width * channels + found) * 2, <u16>(x * channels + channel));
        found++;
      }
    }
    store<u16>(rowStart + (y * (width + 1) + width) * 2, <u16>found);
    total += found;
  }
  return total;
}

/** Writes synapses of one tap, without weights, from a population; the next functions change what is not so. */
export function writeSynapses(synapses: usize, kind: i32, source: usize, outputs: i32): void {
  const channels = load<i32>(source, R.POPULATION_CHANNELS);
  writeGeometry(synapses, kind, source, channels, outputs);
  store<i32>(synapses, load<i32>(source, R.POPULATION_HEIGHT), R.SYNAPSES_SOURCE_HEIGHT);
  store<i32>(synapses, load<i32>(source, R.POPULATION_WIDTH), R.SYNAPSES_SOURCE_WIDTH);
}

/** Writes synapses of one tap, without weights, from an image, which is allocated. */
export function writeImageSynapses(synapses: usize, channels: i32, height: i32, width: i32, outputs: i32): void {
  writeGeometry(synapses, R.KIND_IMAGE, allocate(height * width * channels * 2), channels, outputs);
  store<i32>(synapses, height, R.SYNAPSES_SOURCE_HEIGHT);
  store<i32>(synapses, width, R.SYNAPSES_SOURCE_WIDTH);
}

function writeGeometry(synapses: usize, kind: i32, source: usize, channels: i32, outputs: i32): void {
  store<i32>(synapses, kind, R.SYNAPSES_KIND);
  store<usize>(synapses, source, R.SYNAPSES_SOURCE);
  store<i32>(synapses, channels, R.SYNAPSES_SOURCE_CHANNELS);
  store<i32>(synapses, kind == R.KIND_DEPTHWISE || kind == R.KIND_PER_CHANNEL ? 1 : channels, R.SYNAPSES_SPAN);
  store<i32>(synapses, outputs, R.SYNAPSES_GROUP_OUTPUTS);
  setWindow(synapses, 1, 1, 1, 1, 0, 0, 1, 1);
}

export function newSynapses(kind: i32, source: usize, outputs: i32): usize {
  const synapses = allocate(R.SYNAPSES_BYTES);
  writeSynapses(synapses, kind, source, outputs);
  return synapses;
}

/** Kernel, stride, padding before the source and dilation, each down and across. */
export function setWindow(
  synapses: usize,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  store<i32>(synapses, kernelHeight, R.SYNAPSES_KERNEL_HEIGHT);
  store<i32>(synapses, kernelWidth, R.SYNAPSES_KERNEL_WIDTH);
  store<i32>(synapses, strideY, R.SYNAPSES_STRIDE_Y);
  store<i32>(synapses, strideX, R.SYNAPSES_STRIDE_X);
  store<i32>(synapses, top, R.SYNAPSES_PADDING_TOP);
  store<i32>(synapses, left, R.SYNAPSES_PADDING_LEFT);
  store<i32>(synapses, dilationY, R.SYNAPSES_DILATION_Y);
  store<i32>(synapses, dilationX, R.SYNAPSES_DILATION_X);
}

/** Allocates what depthwise synapses spread masks into, once they have their window. */
export function allocateSpread(synapses: usize, slots: i32): void {
  const rows = (load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT) - 1) * load<i32>(synapses, R.SYNAPSES_DILATION_Y) + 1;
  const bytes = slots * rows * load<i32>(synapses, R.SYNAPSES_SOURCE_WIDTH) * R.LANES;
  store<usize>(synapses, allocate(bytes), R.SYNAPSES_SPREAD);
}

/** A square kernel, the same stride and padding on all sides, no dilation. */
export function setSquare(synapses: usize, kernel: i32, stride: i32, padding: i32): void {
  setWindow(synapses, kernel, kernel, stride, stride, padding, padding, 1, 1);
}

/** A convolution's own groups, and as many source channels as the lane group that meets most groups needs. */
export function setGroups(synapses: usize, outputs: i32, groups: i32): void {
  const channels = load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS);
  const groupOutputs = outputs / groups;
  let most = 0;
  for (let first = 0; first < outputs; first += R.LANES) {
    const last = min(first + R.LANES, outputs) - 1;
    most = max(most, last / groupOutputs - first / groupOutputs + 1);
  }
  const span = most * (channels / groups);
  store<i32>(synapses, span, R.SYNAPSES_SPAN);
  store<i32>(synapses, groupOutputs, R.SYNAPSES_GROUP_OUTPUTS);
  store<i32>(synapses, span == channels ? 0 : channels / groups, R.SYNAPSES_GROUP_INPUTS);
}

/** Taps of the window times the source channels that reach a lane group. */
export function weightRowsOf(synapses: usize): i32 {
  const taps = load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT) * load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH);
  return taps * load<i32>(synapses, R.SYNAPSES_SPAN);
}

/** Allocates weights for so many outputs, all 0; the geometry must be complete. Returns their bytes. */
export function allocateWeights(synapses: usize, outputs: i32): i32 {
  const isWord = load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_PER_CHANNEL;
  const bytes = groupsOf(outputs) * weightRowsOf(synapses) * (isWord ? R.LANE_BYTES : R.LANES);
  const weights = allocate(bytes);
  store<usize>(synapses, weights, R.SYNAPSES_WEIGHTS);
  if (isPacked(synapses)) for (let lane = 0; lane < bytes; lane += 2) store<i8>(weights + lane, R.EVEN_CHANNEL_OFFSET);
  return bytes;
}

function isPacked(synapses: usize): bool {
  return load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_CONVOLUTION;
}

/** The first source channel that reaches the lane group of an output channel. */
export function firstChannelOf(synapses: usize, output: i32): i32 {
  const first = ((output / R.LANES) * R.LANES) / load<i32>(synapses, R.SYNAPSES_GROUP_OUTPUTS);
  return first * load<i32>(synapses, R.SYNAPSES_GROUP_INPUTS);
}

/** Address of one weight: [group][ky][kx][source channel of the span][64]; words of 32 bits if per channel. */
function weightAt(synapses: usize, output: i32, ky: i32, kx: i32, input: i32): usize {
  const kind = load<i32>(synapses, R.SYNAPSES_KIND);
  const bytes = kind == R.KIND_PER_CHANNEL ? 4 : 1;
  const span = load<i32>(synapses, R.SYNAPSES_SPAN);
  const place = span == 1 ? 0 : input - firstChannelOf(synapses, output);
  const tap = ky * load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH) + kx;
  const row = (output / R.LANES) * weightRowsOf(synapses) + tap * span + place;
  return load<usize>(synapses, R.SYNAPSES_WEIGHTS) + (row * R.LANES + (output % R.LANES)) * bytes;
}

/** Whether there is a place for the weight from one channel to another. */
export function reaches(synapses: usize, output: i32, input: i32): bool {
  const kind = load<i32>(synapses, R.SYNAPSES_KIND);
  if (kind == R.KIND_DEPTHWISE || kind == R.KIND_PER_CHANNEL) return input == output;
  const place = input - firstChannelOf(synapses, output);
  return place >= 0 && place < load<i32>(synapses, R.SYNAPSES_SPAN);
}

/** One weight, whatever the kind; packed weights have 128 added where the channel is even. */
export function weightOf(synapses: usize, output: i32, ky: i32, kx: i32, input: i32): i32 {
  if (!reaches(synapses, output, input)) return 0;
  const address = weightAt(synapses, output, ky, kx, input);
  if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_PER_CHANNEL) return load<i32>(address);
  return isPacked(synapses) && (output & 1) == 0 ? <i32>load<u8>(address) - R.EVEN_CHANNEL_OFFSET : <i32>load<i8>(address);
}

export function setWeight(synapses: usize, output: i32, ky: i32, kx: i32, input: i32, weight: i32): void {
  const address = weightAt(synapses, output, ky, kx, input);
  if (load<i32>(synapses, R.SYNAPSES_KIND) == R.KIND_PER_CHANNEL) store<i32>(address, weight);
  else store<i8>(address, <i8>(isPacked(synapses) && (output & 1) == 0 ? weight + R.EVEN_CHANNEL_OFFSET : weight));
}

/** Sets every weight into channels below `outputs`, a third of them to 0. */
export function randomiseWeights(synapses: usize, outputs: i32, low: i32, high: i32): void {
  const inputs = load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS);
  for (let output = 0; output < outputs; output++) {
    for (let ky = 0; ky < load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT); ky++) {
      for (let kx = 0; kx < load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH); kx++) {
        for (let input = 0; input < inputs; input++) {
          if (!reaches(synapses, output, input)) continue;
          setWeight(synapses, output, ky, kx, input, randomBetween(0, 2) == 0 ? 0 : randomBetween(low, high));
        }
      }
    }
  }
}

/** Address of the pair that says what one spike of a source neuron costs: over weights that are not 0, and over all. */
export function fanOutAt(synapses: usize, y: i32, x: i32, channel: i32): usize {
  const row = load<u32>(load<usize>(synapses, R.SYNAPSES_ROW_FAN_OUT) + y * 4);
  const column = load<u32>(load<usize>(synapses, R.SYNAPSES_COLUMN_FAN_OUT) + x * 4);
  return load<usize>(synapses, R.SYNAPSES_FAN_OUT) + row + column + channel * 8;
}

/** Allocates counters, and a fan-out of so many classes, to which rows and columns are given in turn. */
export function allocateFanOut(synapses: usize, rowClasses: i32, columnClasses: i32, slots: i32): void {
  const channels = load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS);
  const height = load<i32>(synapses, R.SYNAPSES_SOURCE_HEIGHT);
  const width = load<i32>(synapses, R.SYNAPSES_SOURCE_WIDTH);
  const rows = allocate(height * 4);
  const columns = allocate(width * 4);
  for (let y = 0; y < height; y++) store<u32>(rows + y * 4, (y % rowClasses) * columnClasses * channels * 8);
  for (let x = 0; x < width; x++) store<u32>(columns + x * 4, (x % columnClasses) * channels * 8);
  store<usize>(synapses, allocate(rowClasses * columnClasses * channels * 8), R.SYNAPSES_FAN_OUT);
  store<usize>(synapses, rows, R.SYNAPSES_ROW_FAN_OUT);
  store<usize>(synapses, columns, R.SYNAPSES_COLUMN_FAN_OUT);
  store<usize>(synapses, allocate(slots * 8), R.SYNAPSES_OPERATIONS);
}

/** Address of the pair of counters of a slot. */
export function countersOf(synapses: usize, slot: i32): usize {
  return load<usize>(synapses, R.SYNAPSES_OPERATIONS) + slot * 8;
}

/** floor((extent + padding - dilation (kernel - 1) - 1) / stride) + 1, with `padding` that of both sides. */
export function outputExtent(extent: i32, kernel: i32, stride: i32, padding: i32, dilation: i32 = 1): i32 {
  return (extent + padding - dilation * (kernel - 1) - 1) / stride + 1;
}

/** Writes a head's record and allocates all that it points to. */
export function writeHead(head: usize, population: usize, classes: i32, slots: i32): void {
  const paddedClasses = (classes + 7) & ~7;
  const paddedChannels = (load<i32>(population, R.POPULATION_CHANNELS) + 1) & ~1;
  store<usize>(head, population, R.HEAD_POPULATION);
  store<i32>(head, classes, R.HEAD_CLASSES);
  store<i32>(head, paddedClasses, R.HEAD_PADDED_CLASSES);
  store<usize>(head, allocate(paddedChannels * paddedClasses * 2), R.HEAD_WEIGHTS);
  store<usize>(head, allocate(classes * 4), R.HEAD_BIAS);
  store<usize>(head, allocate(classes * 4), R.HEAD_THRESHOLD);
  store<usize>(head, allocate(classes * 8), R.HEAD_MEMBRANE);
  store<usize>(head, allocate(paddedClasses * 4), R.HEAD_SUMS);
  store<usize>(head, allocate(paddedChannels * 2), R.HEAD_POOL);
  store<usize>(head, allocate(slots * classes), R.HEAD_FIRED);
  store<usize>(head, allocate(slots * classes * 8), R.HEAD_INPUT);
  store<usize>(head, allocate(paddedChannels * 4), R.HEAD_FAN_OUT);
  store<usize>(head, allocate(slots * 4), R.HEAD_SPIKES);
  store<usize>(head, allocate(slots * 4), R.HEAD_OPERATIONS);
  store<usize>(head, allocate(slots * 4), R.HEAD_ALL_OPERATIONS);
}

export function newHead(population: usize, classes: i32, slots: i32): usize {
  const head = allocate(R.HEAD_BYTES);
  writeHead(head, population, classes, slots);
  return head;
}

/** Address of one weight of a head: i16 [channel / 2][class][2]. */
export function headWeightAt(head: usize, channel: i32, output: i32): usize {
  const pair = (channel / 2) * load<i32>(head, R.HEAD_PADDED_CLASSES) + output;
  return load<usize>(head, R.HEAD_WEIGHTS) + (pair * 2 + (channel & 1)) * 2;
}

/** Random weights of a head, a third of them 0, and its fan-out. */
export function randomiseHead(head: usize, low: i32, high: i32): void {
  const channels = load<i32>(load<usize>(head, R.HEAD_POPULATION), R.POPULATION_CHANNELS);
  for (let channel = 0; channel < channels; channel++) {
    for (let output = 0; output < load<i32>(head, R.HEAD_CLASSES); output++) {
      store<i16>(headWeightAt(head, channel, output), <i16>(randomBetween(0, 2) == 0 ? 0 : randomBetween(low, high)));
    }
  }
  writeHeadFanOut(head);
}

/** Counts, for every channel, the weights that are not 0; they must be complete. */
export function writeHeadFanOut(head: usize): void {
  const channels = load<i32>(load<usize>(head, R.HEAD_POPULATION), R.POPULATION_CHANNELS);
  for (let channel = 0; channel < channels; channel++) {
    let count = 0;
    for (let output = 0; output < load<i32>(head, R.HEAD_CLASSES); output++) {
      count += i32(load<i16>(headWeightAt(head, channel, output)) != 0);
    }
    store<u32>(load<usize>(head, R.HEAD_FAN_OUT) + channel * 4, count);
  }
}
