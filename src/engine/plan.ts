/**
 * Lays a spiking network out in WebAssembly memory: everything gets its address once, as drawn in assembly/layout.ts,
 * and nothing is allocated afterwards. write-constants.ts and write-plan.ts fill the places.
 *
 *   constants   weights, biases, thresholds            written once, by one thread, and only read afterwards
 *   state       records, membranes, spikes, scratch    one a simulation: several can share the constants
 *
 * Records belong to the state, since they point to it and hold scratch of their own.
 */
import * as L from '../../assembly/layout.js';
import {
  IMAGE,
  type SpikingConnection,
  type SpikingHead,
  type SpikingLayer,
  type SpikingNetwork,
} from '../model/graph.js';
import { Arena } from './wasm.js';

/** Timesteps that one call may advance. More keep weights longer in cache but need longer spike rings. */
export const BLOCK_TIMESTEPS = 8;
/** Length of the spike rings: a block, and the timestep before it. */
export const SLOTS = BLOCK_TIMESTEPS + 1;

/** Regions begin at multiples of two cache lines, so that no two threads write to one line or fetch its neighbour. */
const REGION_ALIGNMENT = 128;

/** A run of bytes in the memory. */
export interface Region {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
}

/** Addresses of what a run only reads of one layer. */
export interface LayerConstants {
  /** Blocks of 64 channels. */
  readonly blocks: number;
  readonly bias: number;
  readonly threshold: number;
  /** One address a connection. */
  readonly weights: readonly number[];
}

/** Addresses of what a run only reads of one head. */
export interface HeadConstants {
  readonly paddedClasses: number;
  readonly weights: number;
  readonly bias: number;
  readonly threshold: number;
}

/** Where the network's numbers lie. */
export interface ConstantPlan extends Region {
  readonly layers: readonly LayerConstants[];
  readonly heads: readonly HeadConstants[];
}

/** Addresses and sizes of what a run changes of one layer. */
export interface LayerState {
  readonly record: number;
  readonly connections: number;
  /** 0 unless the image feeds the layer. */
  readonly current: number;
  readonly membrane: number;
  readonly mask: number;
  readonly list: number;
  readonly rowStart: number;
  /** Bytes of one slot. */
  readonly maskStride: number;
  readonly listStride: number;
  readonly rowStartStride: number;
  readonly spikes: number;
  readonly operations: number;
}

/** Addresses of what a run changes of one head. */
export interface HeadState {
  readonly membrane: number;
  readonly sums: number;
  readonly pool: number;
  readonly fired: number;
  readonly spikes: number;
  readonly operations: number;
}

/** Where one simulation lies. */
export interface StatePlan extends Region {
  readonly network: number;
  /** i16 [y][x][channel] */
  readonly image: number;
  /** Scratch: a window's sums, and its weight rows. */
  readonly sums: number;
  readonly windowRows: number;
  readonly layers: readonly LayerState[];
  readonly heads: readonly HeadState[];
  /** Where the records of the selected heads go. */
  readonly headTable: number;
}

/** All that one simulation knows. */
export interface Plan {
  readonly constants: ConstantPlan;
  readonly state: StatePlan;
}

/** A whole memory. */
export interface MemoryPlan {
  readonly constants: ConstantPlan;
  /** One a simulation. */
  readonly states: readonly StatePlan[];
  /** Bytes that the memory must have. */
  readonly bytes: number;
}

/** Gives everything its address, for so many simulations on the same constants. */
export function planMemory(network: SpikingNetwork, simulations: number): MemoryPlan {
  const arena = new Arena();
  const constants = planConstants(arena, network);
  const states = Array.from({ length: simulations }, () => planState(arena, network, constants));
  return { constants, states, bytes: arena.bytes };
}

function planConstants(arena: Arena, network: SpikingNetwork): ConstantPlan {
  const first = arena.align(REGION_ALIGNMENT);
  const layers = network.layers.map((layer) => layerConstants(arena, network, layer));
  const heads = network.heads.map((head) => headConstants(arena, network, head));
  return { first, end: arena.bytes, layers, heads };
}

function layerConstants(arena: Arena, network: SpikingNetwork, layer: SpikingLayer): LayerConstants {
  const blocks = Math.ceil(layer.shape.channels / L.LANES);
  return {
    blocks,
    bias: arena.allocate(blocks * L.LANE_BYTES),
    threshold: arena.allocate(blocks * L.LANE_BYTES),
    weights: layer.connections.map((connection) => arena.allocate(weightBytes(network, connection, blocks))),
  };
}

function weightBytes(network: SpikingNetwork, connection: SpikingConnection, blocks: number): number {
  if (connection.kind === 'identity') return blocks * L.LANE_BYTES;
  const { source, kernel } = connection;
  const { channels } = source === IMAGE ? network.input : network.layers[source]!.shape;
  return blocks * kernel ** 2 * channels * L.LANES;
}

function headConstants(arena: Arena, network: SpikingNetwork, head: SpikingHead): HeadConstants {
  const classes = head.bias.length;
  const paddedClasses = Math.ceil(classes / 8) * 8;
  return {
    paddedClasses,
    weights: arena.allocate(pooledChannels(network, head) * paddedClasses * 2),
    bias: arena.allocate(classes * 4),
    threshold: arena.allocate(classes * 4),
  };
}

/** Channels that a head pools: the kernel takes them in pairs. */
function pooledChannels(network: SpikingNetwork, head: SpikingHead): number {
  return Math.ceil(network.layers[head.layer]!.shape.channels / 2) * 2;
}

function planState(arena: Arena, network: SpikingNetwork, constants: ConstantPlan): StatePlan {
  const { input } = network;
  const first = arena.align(REGION_ALIGNMENT);
  const record = arena.allocate(L.NETWORK_BYTES);
  const layerTable = arena.allocate(network.layers.length * L.LAYER_BYTES);
  const headTable = arena.allocate(network.heads.length * L.HEAD_BYTES);
  const image = arena.allocate(input.channels * input.height * input.width * 2);
  const sums = arena.allocate(L.LANES * 2);
  const windowRows = arena.allocate(largestWindow(network) * 2 + L.GATHERED_BYTES);
  const layers = network.layers.map((layer, index) =>
    layerState(arena, layer, constants.layers[index]!.blocks, layerTable + index * L.LAYER_BYTES),
  );
  const heads = network.heads.map((head, index) =>
    headState(arena, network, head, constants.heads[index]!.paddedClasses),
  );
  return { first, end: arena.bytes, network: record, image, sums, windowRows, layers, heads, headTable };
}

function layerState(arena: Arena, layer: SpikingLayer, blocks: number, record: number): LayerState {
  const { channels, height, width } = layer.shape;
  const membraneBytes = height * width * blocks * L.LANE_BYTES;
  const maskStride = height * width * blocks * 8;
  const listStride = height * width * channels * 2;
  const rowStartStride = height * (width + 1) * 2;
  const analog = layer.connections.some((connection) => connection.source === IMAGE);
  return {
    record,
    connections: arena.allocate(layer.connections.length * L.CONNECTION_BYTES),
    current: analog ? arena.allocate(membraneBytes) : 0,
    membrane: arena.allocate(membraneBytes),
    mask: arena.allocate(SLOTS * maskStride),
    list: arena.allocate(SLOTS * listStride + L.GATHERED_BYTES),
    rowStart: arena.allocate(SLOTS * rowStartStride),
    maskStride,
    listStride,
    rowStartStride,
    spikes: arena.allocate(SLOTS * 4),
    operations: arena.allocate(SLOTS * 4),
  };
}

/** Spikes in the largest window of a convolution. */
function largestWindow(network: SpikingNetwork): number {
  const windows = network.layers.flatMap((layer) =>
    layer.connections.map((connection) =>
      connection.kind === 'identity' || connection.source === IMAGE
        ? 0
        : connection.kernel ** 2 * network.layers[connection.source]!.shape.channels,
    ),
  );
  return Math.max(0, ...windows);
}

function headState(
  arena: Arena,
  network: SpikingNetwork,
  head: SpikingHead,
  paddedClasses: number,
): HeadState {
  const classes = head.bias.length;
  return {
    membrane: arena.allocate(classes * 8),
    sums: arena.allocate(paddedClasses * 4),
    pool: arena.allocate(pooledChannels(network, head) * 2),
    fired: arena.allocate(SLOTS * classes),
    spikes: arena.allocate(SLOTS * 4),
    operations: arena.allocate(SLOTS * 4),
  };
}
