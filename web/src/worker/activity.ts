/** Adds up a run's spikes over the timesteps of one frame, layer after layer in one array. */
import type { Run, SpikingNetwork } from '../../../src/index.js';

export class FrameActivity {
  readonly perPixel: Uint32Array<ArrayBuffer>;
  readonly perChannel: Uint32Array<ArrayBuffer>;
  readonly neurons: Uint8Array<ArrayBuffer> | null;
  readonly watched: number | null;
  steps = 0;

  /** @param watched - the layer whose neurons are kept apart, or null */
  constructor(network: SpikingNetwork, watched: number | null) {
    const shapes = network.populations.map(({ shape }) => shape);
    const total = (of: (shape: (typeof shapes)[number]) => number) =>
      shapes.reduce((sum, shape) => sum + of(shape), 0);
    this.perPixel = new Uint32Array(total(({ height, width }) => height * width));
    this.perChannel = new Uint32Array(total(({ channels }) => channels));
    this.watched = watched;
    const shape = watched === null ? null : shapes[watched]!;
    this.neurons = shape && new Uint8Array(shape.channels * shape.height * shape.width);
  }

  /** Takes the spikes of the run's latest timestep. */
  add(run: Run): void {
    let pixel = 0;
    let channel = 0;
    for (const layer of run.populationActivity().keys()) {
      for (const count of run.spikesPerPixel(layer)) this.perPixel[pixel++]! += count;
      for (const count of run.spikesPerChannel(layer)) this.perChannel[channel++]! += count;
    }
    if (this.watched !== null && this.neurons !== null) addBytes(this.neurons, run.spikeMap(this.watched));
    this.steps++;
  }
}

/** A neuron fires at most once a timestep, and no frame has 256 of them. */
function addBytes(sums: Uint8Array, bytes: Uint8Array): void {
  for (let index = 0; index < sums.length; index++) sums[index]! += bytes[index]!;
}
