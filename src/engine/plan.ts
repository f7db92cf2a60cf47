/**
 * Lays a spiking network out in WebAssembly memory: everything gets its address once, as drawn in assembly/records.ts,
 * and nothing is allocated afterwards. write-constants.ts and write-state.ts fill the places.
 *
 *   constants   weights, biases, thresholds, fan-outs  written once, by one thread, and only read afterwards
 *   state       records, membranes, spikes, scratch    one a simulation: several can share the constants
 *
 * Records belong to the state, since they point to it and hold scratch of their own.
 */
import * as R from '../../assembly/records.js';
import { sizeOf, sourceShape } from '../graph/extents.js';
import {
  IMAGE,
  type SpikingHead,
  type SpikingNetwork,
  type SpikingPopulation,
  type SpikingSynapses,
} from '../graph/network.js';
import { fanOutOf, kernelFormOf } from '../graph/synapses/index.js';
import { laneGroups, taps } from '../graph/synapses/kernel-form.js';
import { Arena } from './arena.js';
import { fanOutBytes } from './fan-out-form.js';

/** Timesteps, or phases, that one call may advance. More keep weights longer in cache but need longer spike rings. */
export const CALL_TIMESTEPS = 8;
/** Length of the spike rings: a call, and the timestep before it. */
export const SLOTS = CALL_TIMESTEPS + 1;

/** Regions begin at multiples of two cache lines, so that no two threads write to one line or fetch its neighbour. */
const REGION_ALIGNMENT = 128;

/** A run of bytes in the memory. */
export interface Region {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
}

/** Addresses of what a run only reads of one set of synapses. */
export interface SynapsesConstants {
  readonly weights: number;
  /** 0, like the next two, where the image is the source: nothing is counted there. */
  readonly fanOut: number;
  readonly rowFanOut: number;
  readonly columnFanOut: number;
}

/** Addresses of what a run only reads of one population. */
export interface PopulationConstants {
  /** Lane groups. */
  readonly groups: number;
  readonly bias: number;
  readonly threshold: number;
  readonly synapses: readonly SynapsesConstants[];
}

/** Addresses of what a run only reads of one head. */
export interface HeadConstants {
  readonly paddedClasses: number;
  readonly weights: number;
  readonly bias: number;
  readonly threshold: number;
  readonly fanOut: number;
}

/** Where the network's numbers lie. */
export interface ConstantPlan extends Region {
  readonly populations: readonly PopulationConstants[];
  readonly heads: readonly HeadConstants[];
}

/** Addresses and sizes of what a run changes of one population. */
export interface PopulationState {
  readonly record: number;
  readonly synapses: number;
  /** Counters of each set of synapses, by slot; 0 where the image is the source. */
  readonly counters: readonly number[];
  /** Scratch of each set of depthwise synapses, their source's masks spread to bytes; 0 of other kinds. */
  readonly spreads: readonly number[];
  /** Addresses of the records of the synapses that it feeds. */
  readonly readers: number;
  /** 0 unless the image feeds the population. */
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
  readonly allOperations: number;
}

/** Addresses of what a run changes of one head. */
export interface HeadState {
  readonly record: number;
  readonly membrane: number;
  readonly sums: number;
  readonly pool: number;
  readonly fired: number;
  readonly input: number;
  readonly spikes: number;
  readonly operations: number;
  readonly allOperations: number;
}

/** Where one simulation lies. */
export interface StatePlan extends Region {
  readonly network: number;
  /** The order table, with room for all populations and heads. */
  readonly order: number;
  /** i16 [y][x][channel] */
  readonly image: number;
  /** Scratch: a window's sums, its weight rows, and what a pixel accumulates. */
  readonly sums: number;
  readonly windowRows: number;
  readonly accumulator: number;
  readonly populations: readonly PopulationState[];
  readonly heads: readonly HeadState[];
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
  const populations = network.populations.map((population) =>
    populationConstants(arena, network, population),
  );
  const heads = network.heads.map((head) => headConstants(arena, network, head));
  return { first, end: arena.bytes, populations, heads };
}

function populationConstants(
  arena: Arena,
  network: SpikingNetwork,
  population: SpikingPopulation,
): PopulationConstants {
  const groups = laneGroups(population.shape.channels);
  return {
    groups,
    bias: arena.allocate(groups * R.LANE_BYTES),
    threshold: arena.allocate(groups * R.LANE_BYTES),
    synapses: population.synapses.map((synapses) => synapsesConstants(arena, network, population, synapses)),
  };
}

function synapsesConstants(
  arena: Arena,
  network: SpikingNetwork,
  { shape }: SpikingPopulation,
  synapses: SpikingSynapses,
): SynapsesConstants {
  const source = sourceShape(network, synapses.source);
  const weights = arena.allocate(kernelFormOf(synapses, source, shape).bytes);
  if (synapses.source === IMAGE) return { weights, fanOut: 0, rowFanOut: 0, columnFanOut: 0 };
  const { table, rows, columns } = fanOutBytes(fanOutOf(synapses, source, shape), source.channels);
  return {
    weights,
    fanOut: arena.allocate(table),
    rowFanOut: arena.allocate(rows),
    columnFanOut: arena.allocate(columns),
  };
}

function headConstants(arena: Arena, network: SpikingNetwork, head: SpikingHead): HeadConstants {
  const classes = head.bias.length;
  const paddedClasses = Math.ceil(classes / 8) * 8;
  return {
    paddedClasses,
    weights: arena.allocate(pooledChannels(network, head) * paddedClasses * 2),
    bias: arena.allocate(classes * 4),
    threshold: arena.allocate(classes * 4),
    fanOut: arena.allocate(pooledChannels(network, head) * 4),
  };
}

/** Channels that a head pools: the kernel takes them in pairs. */
function pooledChannels(network: SpikingNetwork, head: SpikingHead): number {
  return Math.ceil(network.populations[head.population]!.shape.channels / 2) * 2;
}

function planState(arena: Arena, network: SpikingNetwork, constants: ConstantPlan): StatePlan {
  const { input, populations, heads } = network;
  const first = arena.align(REGION_ALIGNMENT);
  const record = arena.allocate(R.NETWORK_BYTES);
  const order = arena.allocate((populations.length + heads.length) * R.ENTRY_BYTES);
  const populationTable = arena.allocate(populations.length * R.POPULATION_BYTES);
  const headTable = arena.allocate(heads.length * R.HEAD_BYTES);
  const image = arena.allocate(sizeOf(input) * 2);
  const sums = arena.allocate(R.LANES * 2);
  const accumulator = arena.allocate(R.LANE_BYTES);
  const windowRows = arena.allocate(largestWindow(network) * 2 + R.GATHERED_BYTES);
  return {
    first,
    network: record,
    order,
    image,
    sums,
    windowRows,
    accumulator,
    populations: populations.map((population, index) =>
      populationState(
        arena,
        network,
        population,
        readersOf(network, index).length,
        constants.populations[index]!.groups,
        populationTable + index * R.POPULATION_BYTES,
      ),
    ),
    heads: heads.map((head, index) =>
      headState(
        arena,
        network,
        head,
        constants.heads[index]!.paddedClasses,
        headTable + index * R.HEAD_BYTES,
      ),
    ),
    end: arena.bytes,
  };
}

function populationState(
  arena: Arena,
  network: SpikingNetwork,
  population: SpikingPopulation,
  readers: number,
  groups: number,
  record: number,
): PopulationState {
  const { channels, height, width } = population.shape;
  const membraneBytes = height * width * groups * R.LANE_BYTES;
  const maskStride = height * width * groups * 8;
  const listStride = height * width * channels * 2;
  const rowStartStride = height * (width + 1) * 2;
  const analog = population.synapses.some(({ source }) => source === IMAGE);
  return {
    record,
    synapses: arena.allocate(population.synapses.length * R.SYNAPSES_BYTES),
    counters: population.synapses.map(({ source }) => (source === IMAGE ? 0 : arena.allocate(SLOTS * 8))),
    spreads: population.synapses.map((one) => {
      const bytes = spreadBytes(network, population, one);
      return bytes === 0 ? 0 : arena.allocate(bytes);
    }),
    readers: arena.allocate(readers * 4),
    current: analog ? arena.allocate(membraneBytes) : 0,
    membrane: arena.allocate(membraneBytes),
    mask: arena.allocate(SLOTS * maskStride),
    list: arena.allocate(SLOTS * listStride + R.GATHERED_BYTES),
    rowStart: arena.allocate(SLOTS * rowStartStride),
    maskStride,
    listStride,
    rowStartStride,
    spikes: arena.allocate(SLOTS * 4),
    operations: arena.allocate(SLOTS * 4),
    allOperations: arena.allocate(SLOTS * 4),
  };
}

/** Rows that a window spans, of all slots, a byte a lane. */
function spreadBytes(network: SpikingNetwork, { shape }: SpikingPopulation, one: SpikingSynapses): number {
  const source = sourceShape(network, one.source);
  const { kind, window } = kernelFormOf(one, source, shape);
  if (kind !== R.KIND_DEPTHWISE) return 0;
  const rows = (window.kernel.height - 1) * window.dilation.height + 1;
  return SLOTS * rows * source.width * R.LANES;
}

/** Which synapses a population feeds: indices of populations, and positions among their synapses. */
export function readersOf(
  network: SpikingNetwork,
  source: number,
): { readonly population: number; readonly position: number }[] {
  return network.populations.flatMap(({ synapses }, population) =>
    synapses.flatMap((one, position) => (one.source === source ? [{ population, position }] : [])),
  );
}

/** Weight rows of the largest window. */
function largestWindow(network: SpikingNetwork): number {
  const windows = network.populations.flatMap(({ shape, synapses }) =>
    synapses.map((one) => {
      if (one.source === IMAGE) return 0;
      const source = sourceShape(network, one.source);
      const form = kernelFormOf(one, source, shape);
      return taps(form.window) * source.channels;
    }),
  );
  return Math.max(0, ...windows);
}

function headState(
  arena: Arena,
  network: SpikingNetwork,
  head: SpikingHead,
  paddedClasses: number,
  record: number,
): HeadState {
  const classes = head.bias.length;
  return {
    record,
    membrane: arena.allocate(classes * 8),
    sums: arena.allocate(paddedClasses * 4),
    pool: arena.allocate(pooledChannels(network, head) * 2),
    fired: arena.allocate(SLOTS * classes),
    input: arena.allocate(SLOTS * classes * 8),
    spikes: arena.allocate(SLOTS * 4),
    operations: arena.allocate(SLOTS * 4),
    allOperations: arena.allocate(SLOTS * 4),
  };
}
