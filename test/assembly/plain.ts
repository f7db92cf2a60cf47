/**
 * What the kernels must compute, in the plainest loops that say it: one neuron at a time, every tap tested, every
 * spike read from its mask bit. The heads step in i64, so nothing can wrap unseen.
 */
import * as R from '../../assembly/records';
import { headWeightAt, reaches, spikeAt, weightOf } from './records';

/** Source row of a tap of an output row. */
export function sourceRow(synapses: usize, y: i32, ky: i32): i32 {
  return (
    y * load<i32>(synapses, R.SYNAPSES_STRIDE_Y) -
    load<i32>(synapses, R.SYNAPSES_PADDING_TOP) +
    ky * load<i32>(synapses, R.SYNAPSES_DILATION_Y)
  );
}

/** Source column of a tap of an output column. */
export function sourceColumn(synapses: usize, x: i32, kx: i32): i32 {
  return (
    x * load<i32>(synapses, R.SYNAPSES_STRIDE_X) -
    load<i32>(synapses, R.SYNAPSES_PADDING_LEFT) +
    kx * load<i32>(synapses, R.SYNAPSES_DILATION_X)
  );
}

/** Sum of one output channel's weights over the spikes in the window of output pixel (y, x): any kind but the image. */
export function plainSum(synapses: usize, slot: i32, output: i32, y: i32, x: i32): i32 {
  const source = load<usize>(synapses, R.SYNAPSES_SOURCE);
  let sum = 0;
  for (let ky = 0; ky < load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT); ky++) {
    for (let kx = 0; kx < load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH); kx++) {
      const sourceY = sourceRow(synapses, y, ky);
      const sourceX = sourceColumn(synapses, x, kx);
      for (let input = 0; input < load<i32>(source, R.POPULATION_CHANNELS); input++) {
        if (spikeAt(source, slot, sourceY, sourceX, input) == 0) continue;
        sum += weightOf(synapses, output, ky, kx, input);
      }
    }
  }
  return sum;
}

/** Spikes in the window of output pixel (y, x) that reach the lane group of an output channel. */
export function plainWindow(synapses: usize, slot: i32, output: i32, y: i32, x: i32): i32 {
  const source = load<usize>(synapses, R.SYNAPSES_SOURCE);
  let spikes = 0;
  for (let ky = 0; ky < load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT); ky++) {
    for (let kx = 0; kx < load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH); kx++) {
      for (let input = 0; input < load<i32>(source, R.POPULATION_CHANNELS); input++) {
        if (!reaches(synapses, output, input)) continue;
        spikes += spikeAt(source, slot, sourceRow(synapses, y, ky), sourceColumn(synapses, x, kx), input);
      }
    }
  }
  return spikes;
}

/** Called with every tap through which a target pixel looks at a source place: counts the synapses of one neuron. */
function plainTap(synapses: usize, outputs: i32, ky: i32, kx: i32, input: i32, withZeros: bool): u32 {
  let count: u32 = 0;
  for (let output = 0; output < outputs; output++) {
    if (!reaches(synapses, output, input)) continue;
    count += u32(withZeros || weightOf(synapses, output, ky, kx, input) != 0);
  }
  return count;
}

/** Synapses that leave one source neuron towards a population. */
export function plainFanOut(synapses: usize, target: usize, y: i32, x: i32, input: i32, withZeros: bool): u32 {
  const outputs = load<i32>(target, R.POPULATION_CHANNELS);
  let count: u32 = 0;
  for (let targetY = 0; targetY < load<i32>(target, R.POPULATION_HEIGHT); targetY++) {
    for (let targetX = 0; targetX < load<i32>(target, R.POPULATION_WIDTH); targetX++) {
      for (let ky = 0; ky < load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT); ky++) {
        for (let kx = 0; kx < load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH); kx++) {
          if (sourceRow(synapses, targetY, ky) != y || sourceColumn(synapses, targetX, kx) != x) continue;
          count += plainTap(synapses, outputs, ky, kx, input, withZeros);
        }
      }
    }
  }
  return count;
}

/** Synaptic operations that a population receives over one set of synapses, counted where spikes arrive. */
export function plainOperations(synapses: usize, target: usize, slot: i32, withZeros: bool): u32 {
  const source = load<usize>(synapses, R.SYNAPSES_SOURCE);
  const outputs = load<i32>(target, R.POPULATION_CHANNELS);
  let count: u32 = 0;
  for (let y = 0; y < load<i32>(target, R.POPULATION_HEIGHT); y++) {
    for (let x = 0; x < load<i32>(target, R.POPULATION_WIDTH); x++) {
      for (let ky = 0; ky < load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT); ky++) {
        for (let kx = 0; kx < load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH); kx++) {
          for (let input = 0; input < load<i32>(source, R.POPULATION_CHANNELS); input++) {
            const spike = spikeAt(source, slot, sourceRow(synapses, y, ky), sourceColumn(synapses, x, kx), input);
            if (spike) count += plainTap(synapses, outputs, ky, kx, input, withZeros);
          }
        }
      }
    }
  }
  return count;
}

/** weights * image for one neuron that the image feeds. */
export function plainCurrent(synapses: usize, output: i32, y: i32, x: i32): i32 {
  const image = load<usize>(synapses, R.SYNAPSES_SOURCE);
  const inputs = load<i32>(synapses, R.SYNAPSES_SOURCE_CHANNELS);
  const height = load<i32>(synapses, R.SYNAPSES_SOURCE_HEIGHT);
  const width = load<i32>(synapses, R.SYNAPSES_SOURCE_WIDTH);
  let sum = 0;
  for (let ky = 0; ky < load<i32>(synapses, R.SYNAPSES_KERNEL_HEIGHT); ky++) {
    for (let kx = 0; kx < load<i32>(synapses, R.SYNAPSES_KERNEL_WIDTH); kx++) {
      const imageY = sourceRow(synapses, y, ky);
      const imageX = sourceColumn(synapses, x, kx);
      if (imageY < 0 || imageY >= height || imageX < 0 || imageX >= width) continue;
      for (let input = 0; input < inputs; input++) {
        const pixel = <i32>load<i16>(image + ((imageY * width + imageX) * inputs + input) * 2);
        sum += pixel * weightOf(synapses, output, ky, kx, input);
      }
    }
  }
  return sum;
}

/** Spikes of one channel over all pixels. */
export function plainPool(population: usize, slot: i32, channel: i32): i32 {
  let spikes = 0;
  for (let y = 0; y < load<i32>(population, R.POPULATION_HEIGHT); y++) {
    for (let x = 0; x < load<i32>(population, R.POPULATION_WIDTH); x++) spikes += spikeAt(population, slot, y, x, channel);
  }
  return spikes;
}

/** The weighted sum that one class receives from the spikes of a slot, without its bias. */
export function plainReceived(head: usize, sourceSlot: i32, output: i32): i64 {
  const population = load<usize>(head, R.HEAD_POPULATION);
  let sum: i64 = 0;
  for (let channel = 0; channel < load<i32>(population, R.POPULATION_CHANNELS); channel++) {
    const weight = <i64>load<i16>(headWeightAt(head, channel, output));
    sum += <i64>plainPool(population, sourceSlot, channel) * weight;
  }
  return sum;
}

/** Synaptic operations of a head from the spikes of a slot: over weights that are not 0, or over all. */
export function plainHeadOperations(head: usize, sourceSlot: i32, withZeros: bool): u32 {
  const population = load<usize>(head, R.HEAD_POPULATION);
  let operations = 0;
  for (let channel = 0; channel < load<i32>(population, R.POPULATION_CHANNELS); channel++) {
    const count = plainPool(population, sourceSlot, channel);
    for (let output = 0; output < load<i32>(head, R.HEAD_CLASSES); output++) {
      if (withZeros || load<i16>(headWeightAt(head, channel, output)) != 0) operations += count;
    }
  }
  return operations;
}

/** One timestep of a head: its membranes, and the slot's output spikes, inputs and counters. */
export function plainHead(head: usize, sourceSlot: i32, slot: i32): void {
  const classes = load<i32>(head, R.HEAD_CLASSES);
  let spikes = 0;
  for (let output = 0; output < classes; output++) {
    const membrane = load<usize>(head, R.HEAD_MEMBRANE) + output * 8;
    const threshold = <i64>load<i32>(load<usize>(head, R.HEAD_THRESHOLD) + output * 4);
    const bias = <i64>load<i32>(load<usize>(head, R.HEAD_BIAS) + output * 4);
    const input = plainReceived(head, sourceSlot, output) + bias;
    const potential = load<i64>(membrane) + input;
    const spike = potential > threshold;
    store<i64>(membrane, spike ? potential - threshold : potential);
    store<i64>(load<usize>(head, R.HEAD_INPUT) + (slot * classes + output) * 8, input);
    store<u8>(load<usize>(head, R.HEAD_FIRED) + slot * classes + output, spike ? 1 : 0);
    spikes += spike ? 1 : 0;
  }
  store<u32>(load<usize>(head, R.HEAD_SPIKES) + slot * 4, spikes);
  store<u32>(load<usize>(head, R.HEAD_OPERATIONS) + slot * 4, plainHeadOperations(head, sourceSlot, false));
  store<u32>(load<usize>(head, R.HEAD_ALL_OPERATIONS) + slot * 4, plainHeadOperations(head, sourceSlot, true));
}
