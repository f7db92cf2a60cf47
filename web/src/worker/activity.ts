/** Adds up a run's spikes over the timesteps of one frame, layer after layer in one array. */
import type { Run, SpikingNetwork } from '../../../src/index.js';

type Shape = SpikingNetwork['populations'][number]['shape'];

export class FrameActivity {
  readonly perPixel: Uint32Array<ArrayBuffer>;
  readonly perChannel: Uint32Array<ArrayBuffer>;
  readonly neurons: Uint8Array<ArrayBuffer> | null;
  readonly watched: number | null;
  readonly #shapes: readonly Shape[];
  steps = 0;

  /** @param watched - the layer whose neurons are kept apart, or null */
  constructor(network: SpikingNetwork, watched: number | null) {
    const shapes = network.populations.map(({ shape }) => shape);
    this.#shapes = shapes;
    const total = (of: (shape: Shape) => number) => shapes.reduce((sum, shape) => sum + of(shape), 0);
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
    const activity = run.populationActivity();
    this.#shapes.forEach(({ channels, height, width }, layer) => {
      if (runs(activity, layer)) {
        addCounts(this.perPixel, pixel, run.spikesPerPixel(layer));
        addCounts(this.perChannel, channel, run.spikesPerChannel(layer));
      }
      pixel += height * width;
      channel += channels;
    });
    if (this.watched !== null && this.neurons !== null && runs(activity, this.watched)) {
      addCounts(this.neurons, 0, run.spikeMap(this.watched));
    }
    this.steps++;
  }
}

/** False of a population that no head of the run needs: nothing in it is brought up to date. */
function runs(activity: ReturnType<Run['populationActivity']>, layer: number): boolean {
  return activity[layer]!.neuronUpdates > 0;
}

/** Bytes are enough for single neurons: they fire at most once a timestep, and no frame has 256 of them. */
function addCounts(sums: Uint8Array | Uint32Array, first: number, counts: Uint8Array | Uint16Array): void {
  for (let index = 0; index < counts.length; index++) sums[first + index]! += counts[index]!;
}
