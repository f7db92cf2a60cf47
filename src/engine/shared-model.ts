/**
 * One model in one memory for many threads, where the host shares memory. One thread writes the constants and gives
 * each of the others a share: plain data for `postMessage` or `workerData`, of which only the small parts are copied.
 *
 *   thread 1   shareModel()  -> memory: | constants | state | state | ...
 *   thread k   Simulation.of(share)     reads ^         ^ and writes nothing but its own state
 *
 * Nothing is locked and nothing needs to be: the constants are written before a thread can have its share, and no two
 * shares have the same state.
 */
import type { SpikingNetwork, SpikingSynapses } from '../graph/network.js';
import { type MemoryPlan, type Plan, planMemory } from './plan.js';
import { PAGE_BYTES } from './wasm.js';
import { writeConstants } from './write-constants.js';

/** What one thread needs for one simulation. */
export interface ModelShare {
  /** The compiled `snnwasm.shared.wasm`. */
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Its tensors lie in shared memory too. */
  readonly network: SpikingNetwork;
  readonly plan: Plan;
}

/** The most that `snnwasm.shared.wasm` imports (asconfig.json). */
const LARGEST_MEMORY = 2 ** 31;

/**
 * Writes a network into a memory for several threads.
 *
 * @param module - the compiled `snnwasm.shared.wasm`, on a host where `canShareMemory`
 * @param simulations - how many shares to make; each is for one simulation
 * @returns the shares, or null where all together need more than 2 GiB or more than this host gives: every thread then
 *   needs a memory of its own
 */
export function shareModel(
  module: WebAssembly.Module,
  network: SpikingNetwork,
  simulations: number,
): ModelShare[] | null {
  const layout = planMemory(network, simulations);
  const memory = createMemory(layout);
  if (memory === null) return null;
  const shared = withSharedTensors(network);
  writeConstants(memory, shared, layout.constants);
  const { constants, states } = layout;
  return states.map((state) => ({ module, memory, network: shared, plan: { constants, state } }));
}

/** A memory that is as large as it can become, so that no view on it ever goes stale. */
function createMemory({ bytes }: MemoryPlan): WebAssembly.Memory | null {
  if (bytes > LARGEST_MEMORY) return null;
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    return null;
  }
}

/** The same network with all its tensors in shared memory, so that sending it copies none. */
function withSharedTensors(network: SpikingNetwork): SpikingNetwork {
  return {
    ...network,
    populations: network.populations.map((population) => ({
      ...population,
      synapses: population.synapses.map(withSharedWeights),
      bias: sharedWords(population.bias),
      threshold: sharedWords(population.threshold),
    })),
    heads: network.heads.map((head) => ({
      ...head,
      weights: sharedBytes(head.weights),
      bias: sharedWords(head.bias),
      threshold: sharedWords(head.threshold),
    })),
  };
}

function withSharedWeights(synapses: SpikingSynapses): SpikingSynapses {
  const { weights } = synapses;
  const shared = weights instanceof Int32Array ? sharedWords(weights) : sharedBytes(weights);
  return { ...synapses, weights: shared } as SpikingSynapses;
}

function sharedBytes(values: Int8Array): Int8Array {
  const copy = new Int8Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

function sharedWords(values: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
