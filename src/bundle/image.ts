/**
 * The memory of a bundle as it is before the first instruction: the network as the engine lays it out, and behind it
 * what assembly/edge/ needs (drawn in assembly/edge/layout.ts).
 */
import * as E from '../../assembly/edge/layout.js';
import * as R from '../../assembly/records.js';
import { GROUP_LENGTH } from '../../portable/highest.js';
import { Arena } from '../engine/arena.js';
import { type OrderEntry, orderOf } from '../engine/order.js';
import { CALL_TIMESTEPS, type MemoryPlan, planMemory } from '../engine/plan.js';
import { exactTimestepLimit } from '../engine/range.js';
import { PAGE_BYTES } from '../engine/wasm.js';
import { writeCourse, writeOrder, writePlan } from '../engine/write-state.js';
import { UserError } from '../errors.js';
import type { SpikingNetwork } from '../graph/network.js';
import { quantiseInput } from '../picture/tensor.js';
import { multiplyAccumulates } from '../run/answer.js';
import { annEnergyMillijoules, DEFAULT_ENERGY_MODEL, energyModel } from '../run/energy.js';

/** Addresses are signed in places, so memory ends at 2 GiB. */
const LARGEST_MEMORY = 2 ** 31 - PAGE_BYTES;

/** Where everything behind the plan lies; what each holds is drawn in assembly/edge/layout.ts. */
interface EdgePlan {
  readonly words: Readonly<Record<number, number>>;
  readonly heads: number;
  /** u8 [head][place in the order, populations only] */
  readonly needs: number;
  /** Through all populations and heads. */
  readonly order: readonly OrderEntry[];
  readonly inputTable: number;
  readonly texts: readonly { readonly address: number; readonly bytes: Uint8Array }[];
  readonly labels: readonly number[];
  readonly populationNames: readonly number[];
  readonly headNames: readonly number[];
  readonly bytes: number;
}

/**
 * Fills the memory of a bundle.
 *
 * @param pictureBytes - picture memory of a command; 0 for a library
 * @returns whole pages
 * @throws UserError where the network takes no pictures, or all together needs more than 2 GiB or more than this host
 *   gives
 */
export function memoryImage(network: SpikingNetwork, pictureBytes: number): ArrayBuffer {
  const table = inputTable(network);
  const layout = planMemory(network, 1);
  const edge = planEdge(network, layout, pictureBytes);
  const memory = createMemory(edge.bytes);
  const plan = writePlan(memory, network, layout);
  const view = new DataView(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  writeWords(view, E.CONFIG, edge.words);
  writeConfig(view, network);
  writeCourse(view, plan, {
    order: edge.order,
    coding: network.defaults.coding,
    propagation: network.defaults.propagation,
  });
  writeOrder(view, plan.state, edge.words[E.CONFIG_ORDER]!, edge.order);
  network.heads.forEach((head, index) => {
    const record = edge.heads + index * E.EDGE_HEAD_BYTES;
    const needs = edge.needs + index * network.populations.length;
    writeWords(view, record, {
      [E.EDGE_HEAD_RECORD]: plan.state.heads[index]!.record,
      [E.EDGE_HEAD_NAME]: edge.headNames[index]!,
      [E.EDGE_HEAD_NEEDS]: needs,
    });
    view.setFloat64(record + E.EDGE_HEAD_STRENGTH, head.priorStrength, true);
    bytes.set(needsOf(network, index, edge.order).map(Number), needs);
  });
  table.forEach((value, index) => {
    view.setInt16(edge.inputTable + 2 * index, value, true);
  });
  for (const { address, bytes: text } of edge.texts) bytes.set(text, address);
  writeList(view, edge.words[E.CONFIG_LABELS]!, edge.labels);
  writeList(view, edge.words[E.CONFIG_POPULATION_NAMES]!, edge.populationNames);
  return memory.buffer as ArrayBuffer;
}

/** What each of the 256 bytes is to the network, `[byte][channel]`: the quantised input of a picture of all greys. */
function inputTable({ input, normalisation, inputFractionBits }: SpikingNetwork): Int16Array {
  const greys = {
    width: 16,
    height: 16,
    pixels: Uint8ClampedArray.from({ length: 768 }, (_, i) => Math.floor(i / 3)),
  };
  const shape = { channels: input.channels, width: 16, height: 16 };
  return quantiseInput(greys, shape, normalisation, inputFractionBits);
}

function planEdge(network: SpikingNetwork, plan: MemoryPlan, pictureBytes: number): EdgePlan {
  const { input, labels, populations, heads, defaults } = network;
  const state = plan.states[0]!;
  const arena = new Arena(plan.bytes);
  const texts: { address: number; bytes: Uint8Array }[] = [];
  const text = (content: string): number => {
    const bytes = new TextEncoder().encode(`${content}\0`);
    const address = arena.allocate(bytes.length);
    texts.push({ address, bytes });
    return address;
  };
  const classes = labels.length;
  const headTable = arena.allocate(heads.length * E.EDGE_HEAD_BYTES);
  const needs = arena.allocate(heads.length * populations.length);
  const order = orderOf(network, [...heads.keys()]);
  const table = arena.allocate(256 * input.channels * 2);
  const words = {
    [E.CONFIG_NETWORK]: state.network,
    [E.CONFIG_POPULATIONS]: state.populations[0]!.record,
    [E.CONFIG_POPULATION_COUNT]: populations.length,
    [E.CONFIG_HEADS]: headTable,
    [E.CONFIG_HEAD_COUNT]: heads.length,
    [E.CONFIG_ORDER]: arena.allocate(order.length * R.ENTRY_BYTES),
    [E.CONFIG_ORDER_COUNT]: order.length,
    [E.CONFIG_CLASSES]: classes,
    [E.CONFIG_WIDTH]: input.width,
    [E.CONFIG_HEIGHT]: input.height,
    [E.CONFIG_CHANNELS]: input.channels,
    [E.CONFIG_INPUT]: arena.allocate(input.width * input.height * 3),
    [E.CONFIG_IMAGE]: state.image,
    [E.CONFIG_INPUT_TABLE]: table,
    [E.CONFIG_LABELS]: arena.allocate(classes * 4),
    [E.CONFIG_POPULATION_NAMES]: arena.allocate(populations.length * 4),
    [E.CONFIG_NAME]: text(network.name),
    [E.CONFIG_CALL_TIMESTEPS]: CALL_TIMESTEPS,
    [E.CONFIG_TIMESTEP_LIMIT]: exactTimestepLimit(network),
    [E.CONFIG_DEFAULT_TIMESTEPS]: defaults.timesteps,
    [E.CONFIG_DEFAULT_HEAD]: heads.slice(0, -1).findIndex(({ name }) => name === defaults.head),
    [E.CONFIG_DIGITS]: defaults.coding === 'radix' ? defaults.digits : 0,
    [E.CONFIG_MEMBRANE_READOUT]: defaults.readout === 'membrane' ? 1 : 0,
    [E.CONFIG_DEFAULT_PROPAGATION]: defaults.propagation === 'pipelined' ? 1 : 0,
    [E.CONFIG_COUNTS]: arena.allocate(heads.length * classes * 4),
    [E.CONFIG_POPULATION_ACTIVITY]: arena.allocate(populations.length * 16),
    [E.CONFIG_HEAD_ACTIVITY]: arena.allocate(heads.length * 16),
    [E.CONFIG_RATES]: arena.allocate(classes * 8),
    [E.CONFIG_RANKING]: arena.allocate(classes * 4),
    [E.CONFIG_SHAPES]: arena.allocate(classes * 16),
    [E.CONFIG_PROBABILITIES]: arena.allocate(classes * 8),
    [E.CONFIG_GROUPS]: arena.allocate(classes * GROUP_LENGTH * 8),
    [E.CONFIG_GROUP_OF]: arena.allocate(classes * 4),
    [E.CONFIG_DEFAULT_FORGETTING]: defaults.forgetting,
    [E.CONFIG_EVIDENCE]: arena.allocate(heads.length * classes * 8),
    [E.CONFIG_FINAL_EVIDENCE]: arena.allocate(classes * 8),
    [E.CONFIG_PRIOR_EVIDENCE]: arena.allocate(classes * 8),
  };
  const labelTexts = labels.map(text);
  const populationNames = populations.map(({ name }) => text(name));
  const headNames = heads.map(({ name }) => text(name));
  const picture = arena.allocate(pictureBytes);
  return {
    words: { ...words, [E.CONFIG_PICTURE]: picture, [E.CONFIG_PICTURE_BYTES]: pictureBytes },
    heads: headTable,
    needs,
    order,
    inputTable: table,
    texts,
    labels: labelTexts,
    populationNames,
    headNames,
    bytes: arena.bytes,
  };
}

function createMemory(bytes: number): WebAssembly.Memory {
  const mebibytes = Math.ceil(bytes / 2 ** 20);
  if (bytes > LARGEST_MEMORY) {
    throw new UserError(`the bundle would need ${mebibytes} MiB of memory, where 2047 MiB is the limit`);
  }
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    throw new UserError(`the bundle needs ${mebibytes} MiB of memory, which this host refuses`);
  }
}

function writeConfig(view: DataView, network: SpikingNetwork): void {
  const { picojoulesPerSynapticOperation } = DEFAULT_ENERGY_MODEL;
  const annEnergy = annEnergyMillijoules(multiplyAccumulates(network), energyModel('horowitz-45nm-fp32'));
  view.setFloat64(E.CONFIG + E.CONFIG_DEFAULT_INITIAL_POTENTIAL, network.defaults.initialPotential, true);
  view.setFloat64(E.CONFIG + E.CONFIG_PICOJOULES, picojoulesPerSynapticOperation, true);
  view.setFloat64(E.CONFIG + E.CONFIG_ANN_ENERGY, annEnergy, true);
}

/** For each population of an order, whether a head needs it. */
function needsOf(network: SpikingNetwork, head: number, order: readonly OrderEntry[]): boolean[] {
  const needed = new Set(
    orderOf(network, [head]).flatMap(({ kind, index }) => (kind === 'population' ? [index] : [])),
  );
  return order.flatMap(({ kind, index }) => (kind === 'population' ? [needed.has(index)] : []));
}

function writeWords(view: DataView, address: number, words: Readonly<Record<number, number>>): void {
  for (const [offset, value] of Object.entries(words)) view.setInt32(address + Number(offset), value, true);
}

function writeList(view: DataView, address: number, values: readonly number[]): void {
  values.forEach((value, index) => {
    view.setUint32(address + 4 * index, value, true);
  });
}
