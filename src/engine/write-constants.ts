/** Writes the numbers of a network, in the order in which the kernels read them, where plan.ts has put them. */
import * as R from '../../assembly/records.js';
import { sourceShape } from '../graph/extents.js';
import {
  IMAGE,
  type SpikingHead,
  type SpikingNetwork,
  type SpikingPopulation,
  type SpikingSynapses,
} from '../graph/network.js';
import { fanOutOf, kernelFormOf } from '../graph/synapses/index.js';
import { writeFanOut } from './fan-out-form.js';
import type { ConstantPlan, HeadConstants, PopulationConstants, SynapsesConstants } from './plan.js';

/** The threshold of lanes that no channel uses: their potential stays at 0 and never passes it. */
const UNUSED = 1;

/** Writes all constants; the memory must be as large as planned. Once is enough for all simulations in it. */
export function writeConstants(
  { buffer }: WebAssembly.Memory,
  network: SpikingNetwork,
  plan: ConstantPlan,
): void {
  network.populations.forEach((population, index) => {
    const at = plan.populations[index]!;
    writePopulation(buffer, population, at);
    population.synapses.forEach((synapses, position) => {
      writeSynapses(buffer, network, population, synapses, at.synapses[position]!);
    });
  });
  network.heads.forEach((head, index) => {
    const { channels } = network.populations[head.population]!.shape;
    writeHead(buffer, head, channels, plan.heads[index]!);
  });
}

function writePopulation(
  buffer: ArrayBufferLike,
  { threshold, bias }: SpikingPopulation,
  at: PopulationConstants,
): void {
  new Int32Array(buffer, at.threshold, at.groups * R.LANES).fill(UNUSED).set(threshold);
  new Int32Array(buffer, at.bias, bias.length).set(bias);
}

function writeSynapses(
  buffer: ArrayBufferLike,
  network: SpikingNetwork,
  { shape }: SpikingPopulation,
  synapses: SpikingSynapses,
  at: SynapsesConstants,
): void {
  const source = sourceShape(network, synapses.source);
  kernelFormOf(synapses, source, shape).write(buffer, at.weights);
  if (synapses.source === IMAGE) return;
  writeFanOut(buffer, fanOutOf(synapses, source, shape), source.channels, at);
}

function writeHead(buffer: ArrayBufferLike, head: SpikingHead, channels: number, at: HeadConstants): void {
  const classes = head.bias.length;
  new Int32Array(buffer, at.bias, classes).set(head.bias);
  new Int32Array(buffer, at.threshold, classes).set(head.threshold);
  const pairs = new Int16Array(buffer, at.weights);
  const fanOut = new Uint32Array(buffer, at.fanOut, channels);
  head.weights.forEach((weight, index) => {
    const channel = Math.floor(index / classes);
    const column = index % classes;
    pairs[((channel >> 1) * at.paddedClasses + column) * 2 + (channel & 1)] = weight;
    if (weight !== 0) fanOut[channel]! += 1;
  });
}
