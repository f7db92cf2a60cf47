/** Writes the records of a simulation where plan.ts has put them, and whole memories of one simulation. */
import * as R from '../../assembly/records.js';
import { sourceShape } from '../graph/extents.js';
import {
  type Coding,
  IMAGE,
  type Propagation,
  type SpikingNetwork,
  type SpikingPopulation,
  type SpikingSynapses,
} from '../graph/network.js';
import { kernelFormOf } from '../graph/synapses/index.js';
import type { OrderEntry } from './order.js';
import { type MemoryPlan, type Plan, readersOf, SLOTS, type StatePlan } from './plan.js';
import { type RecordWords, writeRecord } from './records.js';
import { writeConstants } from './write-constants.js';

/** Writes a network and the records of its first simulation; the memory must be as large as planned. */
export function writePlan(
  memory: WebAssembly.Memory,
  network: SpikingNetwork,
  { constants, states }: MemoryPlan,
): Plan {
  const plan = { constants, state: states[0]! };
  writeConstants(memory, network, constants);
  writeState(memory, network, plan);
  return plan;
}

/** Writes the records of one simulation; afterwards only results move. The constants may come before or after. */
export function writeState(memory: WebAssembly.Memory, network: SpikingNetwork, plan: Plan): void {
  const view = new DataView(memory.buffer);
  network.populations.forEach((population, index) => {
    const { record } = plan.state.populations[index]!;
    const readers = readersOf(network, index).map(({ population, position }) =>
      synapsesAddress(plan.state, population, position),
    );
    writeRecord(view, record, 'POPULATION', populationRecord(population, plan, index, readers.length));
    new Uint32Array(memory.buffer, plan.state.populations[index]!.readers, readers.length).set(readers);
    population.synapses.forEach((one, position) => {
      const words = synapsesRecord(network, population, one, plan, index, position);
      writeRecord(view, synapsesAddress(plan.state, index, position), 'SYNAPSES', words);
    });
  });
  network.heads.forEach((_, index) => {
    writeRecord(view, plan.state.heads[index]!.record, 'HEAD', headRecord(network, plan, index));
  });
}

function synapsesAddress({ populations }: StatePlan, population: number, position: number): number {
  return populations[population]!.synapses + position * R.SYNAPSES_BYTES;
}

/** How a run goes through the network. */
export interface Course {
  readonly order: readonly OrderEntry[];
  readonly coding: Coding;
  readonly propagation: Propagation;
}

/** Writes an order table. */
export function writeOrder(
  view: DataView,
  state: StatePlan,
  address: number,
  order: readonly OrderEntry[],
): void {
  order.forEach(({ kind, index }, position) => {
    writeRecord(view, address + position * R.ENTRY_BYTES, 'ENTRY', {
      KIND: kind === 'head' ? R.ENTRY_KIND_HEAD : R.ENTRY_KIND_POPULATION,
      RECORD: (kind === 'head' ? state.heads[index]! : state.populations[index]!).record,
    });
  });
}

/** Writes how the next run goes through the network. */
export function writeCourse(view: DataView, { state }: Plan, { order, coding, propagation }: Course): void {
  writeOrder(view, state, state.order, order);
  writeRecord(view, state.network, 'NETWORK', {
    ORDER: state.order,
    ORDER_COUNT: order.length,
    SLOTS,
    DELAY: propagation === 'pipelined' ? 1 : 0,
    CODING: coding === 'radix' ? R.CODING_RADIX : R.CODING_RATE,
    SUMS: state.sums,
    WINDOW_ROWS: state.windowRows,
    ACCUMULATOR: state.accumulator,
  });
}

function headRecord(network: SpikingNetwork, { constants, state }: Plan, head: number): RecordWords<'HEAD'> {
  const fixed = constants.heads[head]!;
  const own = state.heads[head]!;
  return {
    POPULATION: state.populations[network.heads[head]!.population]!.record,
    CLASSES: network.labels.length,
    PADDED_CLASSES: fixed.paddedClasses,
    WEIGHTS: fixed.weights,
    BIAS: fixed.bias,
    THRESHOLD: fixed.threshold,
    FAN_OUT: fixed.fanOut,
    MEMBRANE: own.membrane,
    SUMS: own.sums,
    POOL: own.pool,
    FIRED: own.fired,
    INPUT: own.input,
    SPIKES: own.spikes,
    OPERATIONS: own.operations,
    ALL_OPERATIONS: own.allOperations,
  };
}

function populationRecord(
  { shape, synapses }: SpikingPopulation,
  { constants, state }: Plan,
  index: number,
  readers: number,
): RecordWords<'POPULATION'> {
  const fixed = constants.populations[index]!;
  const own = state.populations[index]!;
  return {
    CHANNELS: shape.channels,
    GROUPS: fixed.groups,
    HEIGHT: shape.height,
    WIDTH: shape.width,
    SYNAPSES: own.synapses,
    SYNAPSES_COUNT: synapses.length,
    BIAS: fixed.bias,
    THRESHOLD: fixed.threshold,
    MEMBRANE: own.membrane,
    CURRENT: own.current,
    MASK: own.mask,
    LIST: own.list,
    ROW_START: own.rowStart,
    MASK_STRIDE: own.maskStride,
    LIST_STRIDE: own.listStride,
    ROW_START_STRIDE: own.rowStartStride,
    SPIKES: own.spikes,
    OPERATIONS: own.operations,
    ALL_OPERATIONS: own.allOperations,
    READERS: own.readers,
    READER_COUNT: readers,
  };
}

function synapsesRecord(
  network: SpikingNetwork,
  { shape }: SpikingPopulation,
  synapses: SpikingSynapses,
  { constants, state }: Plan,
  population: number,
  position: number,
): RecordWords<'SYNAPSES'> {
  const analog = synapses.source === IMAGE;
  const source = sourceShape(network, synapses.source);
  const { kind, window, span, groupOutputs, groupInputs } = kernelFormOf(synapses, source, shape);
  const fixed = constants.populations[population]!.synapses[position]!;
  return {
    KIND: kind,
    SOURCE: analog ? state.image : state.populations[synapses.source]!.record,
    SOURCE_CHANNELS: source.channels,
    SOURCE_HEIGHT: source.height,
    SOURCE_WIDTH: source.width,
    KERNEL_HEIGHT: window.kernel.height,
    KERNEL_WIDTH: window.kernel.width,
    STRIDE_Y: window.stride.height,
    STRIDE_X: window.stride.width,
    PADDING_TOP: window.padding.top,
    PADDING_LEFT: window.padding.left,
    DILATION_Y: window.dilation.height,
    DILATION_X: window.dilation.width,
    WEIGHTS: fixed.weights,
    SPAN: span,
    GROUP_OUTPUTS: groupOutputs,
    GROUP_INPUTS: groupInputs,
    FAN_OUT: fixed.fanOut,
    ROW_FAN_OUT: fixed.rowFanOut,
    COLUMN_FAN_OUT: fixed.columnFanOut,
    OPERATIONS: state.populations[population]!.counters[position]!,
    SPREAD: state.populations[population]!.spreads[position]!,
  };
}
