/**
 * Time and layers: a block of timesteps runs through the network layer by layer. A feed-forward network allows it,
 * since a layer needs only the spikes of the layers before it; the weights and membranes of 64 channels then stay in
 * cache for the whole block of timesteps.
 *
 * Synchronous propagation reads a source's spikes of the same timestep, pipelined propagation those of the timestep
 * before; both are one subtraction here, because the spike rings keep one timestep more than a block.
 */
import { computeCurrent } from './analog';
import { convolve, fetchWeights, weightsOf } from './convolution';
import { advanceHead } from './head';
import {
  CONNECTION_BYTES,
  CONNECTION_CURRENT,
  CONNECTION_KIND,
  HEAD_BYTES,
  HEAD_CLASSES,
  HEAD_LAYER,
  HEAD_MEMBRANE,
  HEAD_THRESHOLD,
  KIND_ANALOG,
  KIND_CONVOLUTION,
  KIND_IDENTITY,
  LANE_BYTES,
  LANES,
  LAYER_BIAS,
  LAYER_BLOCKS,
  LAYER_BYTES,
  LAYER_CHANNELS,
  LAYER_CONNECTION_COUNT,
  LAYER_CONNECTIONS,
  LAYER_HEIGHT,
  LAYER_MASK,
  LAYER_MASK_STRIDE,
  LAYER_MEMBRANE,
  LAYER_OPERATIONS,
  LAYER_ROW_START,
  LAYER_ROW_START_STRIDE,
  LAYER_SPIKES,
  LAYER_THRESHOLD,
  LAYER_WIDTH,
  NETWORK_DELAY,
  NETWORK_HEAD_COUNT,
  NETWORK_HEADS,
  NETWORK_LAYER_COUNT,
  NETWORK_LAYERS,
  NETWORK_SLOTS,
  NETWORK_SUMS,
  NETWORK_TIMESTEP,
  NETWORK_WINDOW_ROWS,
} from './layout';
import { addSums, integrateAndFire } from './neuron';
import { addIdentity } from './residual';
import { listSpikes } from './spikes';
import { openWindow } from './window';

// @ts-ignore: decorator
@inline
function initialMembrane(threshold: i32, initialPotential: f64): i32 {
  return <i32>floor(<f64>threshold * initialPotential + 0.5);
}

/** Sets every membrane to `initialPotential` (a fraction of its threshold), empties the spike rings, time = 0. */
export function reset(network: usize, initialPotential: f64): void {
  const slots = load<i32>(network, NETWORK_SLOTS);
  let layer = load<usize>(network, NETWORK_LAYERS);
  for (let index = load<i32>(network, NETWORK_LAYER_COUNT); index > 0; index--, layer += LAYER_BYTES) {
    const pixels = load<i32>(layer, LAYER_HEIGHT) * load<i32>(layer, LAYER_WIDTH);
    const channels = load<i32>(layer, LAYER_CHANNELS);
    const threshold = load<usize>(layer, LAYER_THRESHOLD);
    let membrane = load<usize>(layer, LAYER_MEMBRANE);
    for (let block = 0; block < load<i32>(layer, LAYER_BLOCKS); block++) {
      const first = membrane;
      for (let lane = 0; lane < 64; lane++) {
        // Padded lanes start at 0 and never move.
        const channel = block * 64 + lane;
        const limit = channel < channels ? load<i32>(threshold + (<usize>channel << 2)) : 0;
        store<i32>(first + (<usize>lane << 2), initialMembrane(limit, initialPotential));
      }
      for (let pixel = 1; pixel < pixels; pixel++) memory.copy(first + pixel * LANE_BYTES, first, LANE_BYTES);
      membrane += pixels * LANE_BYTES;
    }
    memory.fill(load<usize>(layer, LAYER_MASK), 0, slots * load<i32>(layer, LAYER_MASK_STRIDE));
    memory.fill(load<usize>(layer, LAYER_ROW_START), 0, slots * load<i32>(layer, LAYER_ROW_START_STRIDE));
  }
  let head = load<usize>(network, NETWORK_HEADS);
  for (let index = load<i32>(network, NETWORK_HEAD_COUNT); index > 0; index--, head += HEAD_BYTES) {
    const threshold = load<usize>(head, HEAD_THRESHOLD);
    const membrane = load<usize>(head, HEAD_MEMBRANE);
    for (let index = 0; index < load<i32>(head, HEAD_CLASSES); index++) {
      const limit = load<i32>(threshold + (<usize>index << 2));
      store<i64>(membrane + (<usize>index << 3), <i64>initialMembrane(limit, initialPotential));
    }
  }
  store<i32>(network, 0, NETWORK_TIMESTEP);
}

/** Computes the constant current of the first layer from the image that the host has written. */
export function present(network: usize): void {
  const layer = load<usize>(network, NETWORK_LAYERS);
  computeCurrent(layer, load<usize>(layer, LAYER_CONNECTIONS));
}

/**
 * Advances the network by `steps` timesteps, at most slots - 1. Afterwards the rings hold, for each of them, the
 * spikes of every layer, the counters, and the output spikes of every head.
 */
export function advance(network: usize, steps: i32): void {
  const first = load<i32>(network, NETWORK_TIMESTEP) + 1;
  const slots = load<i32>(network, NETWORK_SLOTS);
  const delay = load<i32>(network, NETWORK_DELAY);
  let layer = load<usize>(network, NETWORK_LAYERS);
  let head = load<usize>(network, NETWORK_HEADS);
  let headsLeft = load<i32>(network, NETWORK_HEAD_COUNT);
  for (let index = load<i32>(network, NETWORK_LAYER_COUNT); index > 0; index--, layer += LAYER_BYTES) {
    advanceLayer(network, layer, first, steps);
    // Heads come in the order of their layers.
    for (; headsLeft > 0 && load<usize>(head, HEAD_LAYER) == layer; headsLeft--, head += HEAD_BYTES) {
      for (let timestep = first; timestep < first + steps; timestep++) {
        advanceHead(head, (timestep - delay) % slots, timestep % slots);
      }
    }
  }
  store<i32>(network, first + steps - 1, NETWORK_TIMESTEP);
}

function advanceLayer(network: usize, layer: usize, first: i32, steps: i32): void {
  const slots = load<i32>(network, NETWORK_SLOTS);
  const blocks = load<i32>(layer, LAYER_BLOCKS);
  const spikes = load<usize>(layer, LAYER_SPIKES);
  const operations = load<usize>(layer, LAYER_OPERATIONS);
  for (let timestep = first; timestep < first + steps; timestep++) {
    store<u32>(operations + (<usize>(timestep % slots) << 2), 0);
  }
  for (let block = 0; block < blocks; block++) advanceBlock(network, layer, block, first, steps);
  for (let timestep = first; timestep < first + steps; timestep++) {
    const slot = timestep % slots;
    store<u32>(spikes + (<usize>slot << 2), listSpikes(layer, slot));
  }
}

/** All pixels of 64 channels; a pixel's membranes stay in the first-level cache for all timesteps of the call. */
function advanceBlock(network: usize, layer: usize, block: i32, first: i32, steps: i32): void {
  const height = load<i32>(layer, LAYER_HEIGHT);
  const width = load<i32>(layer, LAYER_WIDTH);
  const connections = load<usize>(layer, LAYER_CONNECTIONS);
  const end = connections + load<i32>(layer, LAYER_CONNECTION_COUNT) * CONNECTION_BYTES;
  const sums = load<usize>(network, NETWORK_SUMS);
  for (let connection = connections; connection < end; connection += CONNECTION_BYTES) {
    if (load<i32>(connection, CONNECTION_KIND) == KIND_CONVOLUTION) fetchWeights(connection, block, sums);
  }
  // A layer without a convolution adds these zeros.
  memory.fill(sums, 0, LANES << 1);
  let pixel = block * height * width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      let drive = load<usize>(layer, LAYER_BIAS) + <usize>(block * LANE_BYTES);
      for (let connection = connections; connection < end; connection += CONNECTION_BYTES) {
        const kind = load<i32>(connection, CONNECTION_KIND);
        if (kind == KIND_CONVOLUTION) openWindow(connection, y, x);
        if (kind == KIND_ANALOG) drive = load<usize>(connection, CONNECTION_CURRENT) + <usize>(pixel * LANE_BYTES);
      }
      advancePixel(network, layer, block, y * width + x, drive, first, steps);
    }
  }
}

/** 64 neurons of one pixel, timestep after timestep. */
// @ts-ignore: decorator
@inline
function advancePixel(
  network: usize,
  layer: usize,
  block: i32,
  pixel: i32,
  drive: usize,
  first: i32,
  steps: i32,
): void {
  const slots = load<i32>(network, NETWORK_SLOTS);
  const sums = load<usize>(network, NETWORK_SUMS);
  const rows = load<usize>(network, NETWORK_WINDOW_ROWS);
  const pixels = load<i32>(layer, LAYER_HEIGHT) * load<i32>(layer, LAYER_WIDTH);
  const blocks = load<i32>(layer, LAYER_BLOCKS);
  const channels = min(LANES, load<i32>(layer, LAYER_CHANNELS) - block * LANES);
  const membrane = load<usize>(layer, LAYER_MEMBRANE) + <usize>((block * pixels + pixel) * LANE_BYTES);
  const threshold = load<usize>(layer, LAYER_THRESHOLD) + <usize>(block * LANE_BYTES);
  const mask = load<usize>(layer, LAYER_MASK) + (<usize>(pixel * blocks + block) << 3);
  const maskStride = load<i32>(layer, LAYER_MASK_STRIDE);
  const operations = load<usize>(layer, LAYER_OPERATIONS);
  const connections = load<usize>(layer, LAYER_CONNECTIONS);
  const end = connections + load<i32>(layer, LAYER_CONNECTION_COUNT) * CONNECTION_BYTES;
  let slot = first % slots;
  let sourceSlot = (first - load<i32>(network, NETWORK_DELAY)) % slots;
  for (let step = 0; step < steps; step++) {
    let received: u32 = 0;
    let summed = false;
    for (let connection = connections; connection < end; connection += CONNECTION_BYTES) {
      const kind = load<i32>(connection, CONNECTION_KIND);
      if (kind == KIND_CONVOLUTION) {
        if (summed) addSums(membrane, sums);
        const weights = weightsOf(connection, block);
        received += convolve(connection, sourceSlot, weights, membrane, sums, rows) * channels;
        summed = true;
      } else if (kind == KIND_IDENTITY) {
        received += addIdentity(connection, sourceSlot, block, pixel, membrane);
      }
    }
    store<u64>(mask + slot * maskStride, integrateAndFire(membrane, drive, sums, threshold));
    const counter = operations + (<usize>slot << 2);
    store<u32>(counter, load<u32>(counter) + received);
    if (++slot == slots) slot = 0;
    if (++sourceSlot == slots) sourceSlot = 0;
  }
}
