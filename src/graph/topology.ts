/** What must hold between the fields of a model: geometry, the order of populations, unique names, bounded cost. */
import type { Field } from '../untrusted/field.js';
import * as bounds from './bounds.js';
import { sizeOf, sourceShape } from './extents.js';
import type { Shape, SpikingHead, SpikingNetwork, SpikingPopulation } from './network.js';
import { checkRows } from './synapses/geometry.js';
import { kindOf, synapsesIn } from './synapses/index.js';
import { taps } from './synapses/kernel-form.js';
import type { SomeSynapses } from './synapses/kind.js';

/** One row of a feature map must fit a list of 16-bit spikes. */
export function checkRow(field: Field, shape: Shape): void {
  if (shape.width * shape.channels > bounds.MAXIMUM_ROW) {
    field.complain(
      `must have width x channels of at most ${bounds.MAXIMUM_ROW}, but has ${shape.width} x ${shape.channels}`,
    );
  }
}

/** The image is an analog current, which only int8 weights turn into a drive. */
export function checkImageSource(field: Field, kind: SomeSynapses['kind']): void {
  if (kindOf(kind).weightType !== 'int8')
    field.complain(`must not read the image: ${kind} synapses have no int8 weights`);
}

/** The kernels hold synapses from the image as a convolution of all its channels, whatever the kind (image-form.ts). */
export function checkImageRows(field: Field, synapses: SomeSynapses, image: Shape): void {
  checkRows(field, taps(kindOf(synapses.kind).window(synapses, image)), image.channels);
}

/** No two of a list may share a name. */
export function checkUnique(field: Field, named: readonly { readonly name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name)) field.complain(`has the name ${JSON.stringify(name)} twice`);
    seen.add(name);
  }
}

/** Neurons and synapses bound what a run of the network allocates and computes. */
export function checkCost(
  field: Field,
  network: Pick<SpikingNetwork, 'input' | 'populations' | 'heads' | 'labels'>,
): void {
  let neurons = sizeOf(network.input);
  let synapses = 0;
  for (const population of network.populations) {
    neurons += sizeOf(population.shape);
    synapses += populationSynapses(network, population);
  }
  for (const head of network.heads) synapses += headSynapses(network, head);
  if (neurons > bounds.MAXIMUM_NEURONS) {
    field.complain(`must have at most ${bounds.MAXIMUM_NEURONS} neurons with the image, but has ${neurons}`);
  }
  if (synapses > bounds.MAXIMUM_SYNAPSES) {
    field.complain(`must have at most ${bounds.MAXIMUM_SYNAPSES} synapses, but has ${synapses}`);
  }
}

/** A timestep's synaptic operations, and the spikes that a head pools, must fit the counters of the kernels. */
export function checkCounters(
  field: Field,
  network: Pick<SpikingNetwork, 'input' | 'populations' | 'heads' | 'labels'>,
): void {
  const check = (name: string, synapses: number): void => {
    if (synapses <= bounds.MAXIMUM_OPERATIONS) return;
    field.complain(
      `must have at most ${bounds.MAXIMUM_OPERATIONS} synapses each, but "${name}" has ${synapses}`,
    );
  };
  for (const population of network.populations)
    check(population.name, populationSynapses(network, population));
  for (const head of network.heads) {
    check(head.name, headSynapses(network, head));
    const { height, width } = sourceShape(network, head.population);
    if (height * width <= bounds.MAXIMUM_POOLED_PIXELS) continue;
    field.complain(
      `must have at most ${bounds.MAXIMUM_POOLED_PIXELS} pixels where a head reads one, but "${head.name}" reads ${height} x ${width}`,
    );
  }
}

/** All of them: zeros can change with a file, what the kernels do with them cannot. */
function populationSynapses(
  network: Pick<SpikingNetwork, 'input' | 'populations'>,
  { synapses, shape }: SpikingPopulation,
): number {
  return synapses.reduce((sum, one) => sum + synapsesIn(network, one, shape).every, 0);
}

function headSynapses(
  network: Pick<SpikingNetwork, 'input' | 'populations' | 'labels'>,
  head: SpikingHead,
): number {
  return sizeOf(sourceShape(network, head.population)) * network.labels.length;
}
