/**
 * Lays a spiking network out in WebAssembly memory: every record, weight, membrane and spike list gets its address
 * once, as drawn in assembly/layout.ts, and nothing is allocated afterwards. write-plan.ts fills the places.
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

/** Addresses and sizes of one layer; what each holds is drawn in assembly/layout.ts. */
export interface LayerPlan {
  readonly record: number;
  /** Blocks of 64 channels. */
  readonly blocks: number;
  readonly connections: number;
  readonly bias: number;
  readonly threshold: number;
  /** One address a connection. */
  readonly weights: readonly number[];
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

/** Addresses and sizes of one head. */
export interface HeadPlan {
  readonly paddedClasses: number;
  readonly weights: number;
  readonly bias: number;
  readonly threshold: number;
  readonly membrane: number;
  readonly sums: number;
  readonly pool: number;
  readonly fired: number;
  readonly spikes: number;
  readonly operations: number;
}

export interface Plan {
  readonly network: number;
  /** i16 [y][x][channel] */
  readonly image: number;
  /** Scratch: a window's sums, and its weight rows. */
  readonly sums: number;
  readonly windowRows: number;
  readonly layers: readonly LayerPlan[];
  readonly heads: readonly HeadPlan[];
  /** Where the records of the selected heads go. */
  readonly headTable: number;
  /** Bytes that the memory must have. */
  readonly bytes: number;
}

/** Gives everything its address. */
export function planMemory(network: SpikingNetwork): Plan {
  const arena = new Arena();
  const { input } = network;
  const record = arena.allocate(L.NETWORK_BYTES);
  const layerTable = arena.allocate(network.layers.length * L.LAYER_BYTES);
  const headTable = arena.allocate(network.heads.length * L.HEAD_BYTES);
  const image = arena.allocate(input.channels * input.height * input.width * 2);
  const sums = arena.allocate(L.LANES * 2);
  const windowRows = arena.allocate(largestWindow(network) * 2 + L.GATHERED_BYTES);
  const layers = network.layers.map((layer, index) =>
    planLayer(arena, network, layer, layerTable + index * L.LAYER_BYTES),
  );
  const heads = network.heads.map((head) => planHead(arena, network, head));
  return { network: record, image, sums, windowRows, layers, heads, headTable, bytes: arena.bytes };
}

function planLayer(arena: Arena, network: SpikingNetwork, layer: SpikingLayer, record: number): LayerPlan {
  const { channels, height, width } = layer.shape;
  const blocks = Math.ceil(channels / L.LANES);
  const membraneBytes = height * width * blocks * L.LANE_BYTES;
  const maskStride = height * width * blocks * 8;
  const listStride = height * width * channels * 2;
  const rowStartStride = height * (width + 1) * 2;
  const analog = layer.connections.some((connection) => connection.source === IMAGE);
  return {
    record,
    blocks,
    connections: arena.allocate(layer.connections.length * L.CONNECTION_BYTES),
    bias: arena.allocate(blocks * L.LANE_BYTES),
    threshold: arena.allocate(blocks * L.LANE_BYTES),
    weights: layer.connections.map((connection) => arena.allocate(weightBytes(network, connection, blocks))),
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

function weightBytes(network: SpikingNetwork, connection: SpikingConnection, blocks: number): number {
  if (connection.kind === 'identity') return blocks * L.LANE_BYTES;
  const { source, kernel } = connection;
  const { channels } = source === IMAGE ? network.input : network.layers[source]!.shape;
  return blocks * kernel ** 2 * channels * L.LANES;
}

function planHead(arena: Arena, network: SpikingNetwork, head: SpikingHead): HeadPlan {
  // The kernel takes channels in pairs.
  const channels = Math.ceil(network.layers[head.layer]!.shape.channels / 2) * 2;
  const classes = head.bias.length;
  const paddedClasses = Math.ceil(classes / 8) * 8;
  return {
    paddedClasses,
    weights: arena.allocate(channels * paddedClasses * 2),
    bias: arena.allocate(classes * 4),
    threshold: arena.allocate(classes * 4),
    membrane: arena.allocate(classes * 8),
    sums: arena.allocate(paddedClasses * 4),
    pool: arena.allocate(channels * 2),
    fired: arena.allocate(SLOTS * classes),
    spikes: arena.allocate(SLOTS * 4),
    operations: arena.allocate(SLOTS * 4),
  };
}
