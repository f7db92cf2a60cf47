/**
 * What the kernels must compute, in the plainest loops that say it: one neuron at a time, every tap tested, every
 * spike read from its mask bit. The heads step in i64, so nothing can wrap unseen.
 */
import * as R from '../../assembly/records';
import { headWeightAt, spikeAt, unpackedWeight, weightAt } from './records';

/** First row (or column) of the window of an output row (or column). */
function windowStart(connection: usize, output: i32): i32 {
  return output * load<i32>(connection, R.SYNAPSES_STRIDE) - load<i32>(connection, R.SYNAPSES_PADDING);
}

/** Sum of one output channel's weights over the spikes in the window of output pixel (y, x). */
export function plainConvolve(connection: usize, slot: i32, output: i32, y: i32, x: i32): i32 {
  const source = load<usize>(connection, R.SYNAPSES_SOURCE);
  const inputs = load<i32>(source, R.POPULATION_CHANNELS);
  const kernel = load<i32>(connection, R.SYNAPSES_KERNEL);
  const top = windowStart(connection, y);
  const left = windowStart(connection, x);
  let sum = 0;
  for (let ky = 0; ky < kernel; ky++) {
    for (let kx = 0; kx < kernel; kx++) {
      for (let input = 0; input < inputs; input++) {
        if (spikeAt(source, slot, top + ky, left + kx, input) == 0) continue;
        sum += unpackedWeight(output, weightAt(connection, inputs, output, ky, kx, input));
      }
    }
  }
  return sum;
}

/** Spikes in the window of output pixel (y, x). */
export function plainWindow(connection: usize, slot: i32, y: i32, x: i32): i32 {
  const source = load<usize>(connection, R.SYNAPSES_SOURCE);
  const kernel = load<i32>(connection, R.SYNAPSES_KERNEL);
  const top = windowStart(connection, y);
  const left = windowStart(connection, x);
  let spikes = 0;
  for (let ky = 0; ky < kernel; ky++) {
    for (let kx = 0; kx < kernel; kx++) {
      for (let input = 0; input < load<i32>(source, R.POPULATION_CHANNELS); input++) {
        spikes += spikeAt(source, slot, top + ky, left + kx, input);
      }
    }
  }
  return spikes;
}

/** bias + weights * image for one neuron of the analog first layer. */
export function plainCurrent(layer: usize, connection: usize, output: i32, y: i32, x: i32): i32 {
  const image = load<usize>(connection, R.SYNAPSES_SOURCE);
  const inputs = load<i32>(connection, R.SYNAPSES_IMAGE_CHANNELS);
  const height = load<i32>(connection, R.SYNAPSES_IMAGE_HEIGHT);
  const width = load<i32>(connection, R.SYNAPSES_IMAGE_WIDTH);
  const kernel = load<i32>(connection, R.SYNAPSES_KERNEL);
  let sum = load<i32>(load<usize>(layer, R.POPULATION_BIAS) + output * 4);
  for (let ky = 0; ky < kernel; ky++) {
    for (let kx = 0; kx < kernel; kx++) {
      const imageY = windowStart(connection, y) + ky;
      const imageX = windowStart(connection, x) + kx;
      if (imageY < 0 || imageY >= height || imageX < 0 || imageX >= width) continue;
      for (let input = 0; input < inputs; input++) {
        const pixel = <i32>load<i16>(image + ((imageY * width + imageX) * inputs + input) * 2);
        sum += pixel * load<i8>(weightAt(connection, inputs, output, ky, kx, input));
      }
    }
  }
  return sum;
}

/** Spikes of one channel over all pixels. */
function plainPool(layer: usize, slot: i32, channel: i32): i32 {
  let spikes = 0;
  for (let y = 0; y < load<i32>(layer, R.POPULATION_HEIGHT); y++) {
    for (let x = 0; x < load<i32>(layer, R.POPULATION_WIDTH); x++) spikes += spikeAt(layer, slot, y, x, channel);
  }
  return spikes;
}

/** One timestep of a head: its membranes, and the slot's output spikes and counters. */
export function plainHead(head: usize, sourceSlot: i32, slot: i32): void {
  const layer = load<usize>(head, R.HEAD_LAYER);
  const classes = load<i32>(head, R.HEAD_CLASSES);
  let spikes = 0;
  let received = 0;
  for (let channel = 0; channel < load<i32>(layer, R.POPULATION_CHANNELS); channel++) {
    const count = plainPool(layer, sourceSlot, channel);
    received += count;
    for (let output = 0; output < classes; output++) {
      const membrane = load<usize>(head, R.HEAD_MEMBRANE) + output * 8;
      const weight = load<i16>(headWeightAt(head, channel, output));
      store<i64>(membrane, load<i64>(membrane) + <i64>count * <i64>weight);
    }
  }
  for (let output = 0; output < classes; output++) {
    const membrane = load<usize>(head, R.HEAD_MEMBRANE) + output * 8;
    const threshold = <i64>load<i32>(load<usize>(head, R.HEAD_THRESHOLD) + output * 4);
    const potential = load<i64>(membrane) + <i64>load<i32>(load<usize>(head, R.HEAD_BIAS) + output * 4);
    const spike = potential > threshold;
    store<i64>(membrane, spike ? potential - threshold : potential);
    store<u8>(load<usize>(head, R.HEAD_FIRED) + slot * classes + output, spike ? 1 : 0);
    spikes += spike ? 1 : 0;
  }
  store<u32>(load<usize>(head, R.HEAD_SPIKES) + slot * 4, spikes);
  store<u32>(load<usize>(head, R.HEAD_OPERATIONS) + slot * 4, received * classes);
}
