/**
 * What the network's picture shows of its spikes: for every pixel and every channel of a layer a trace that each spike
 * lifts and each timestep lets fall, with the newest spikes on top. Brightness is relative to the layer's own peak.
 */
import type { Frame, Model } from '../protocol.js';

/** What is left of a trace after one timestep. */
const MEMORY = 0.72;
/** Share of the newest timesteps in what is shown; the rest is the trace. */
const NEWEST = 0.45;
/** The peak, by which brightness is scaled, falls this slowly. */
const PEAK_MEMORY = 0.97;

/** The trace of one kind of sums over one layer. */
class Trace {
  /** Brightness from 0 to 1. */
  readonly shown: Float32Array;
  readonly #trace: Float32Array;
  #peak = 0;

  constructor(length: number) {
    this.shown = new Float32Array(length);
    this.#trace = new Float32Array(length);
  }

  /** @param counts - spikes over the last `steps` timesteps */
  add(counts: Uint32Array, steps: number): void {
    const keep = MEMORY ** steps;
    let peak = 0;
    for (let index = 0; index < counts.length; index++) {
      const rate = counts[index]! / steps;
      const trace = this.#trace[index]! * keep + rate * (1 - keep);
      this.#trace[index] = trace;
      const value = NEWEST * rate + (1 - NEWEST) * trace;
      this.shown[index] = value;
      if (value > peak) peak = value;
    }
    this.#peak = Math.max(peak, this.#peak * PEAK_MEMORY);
    if (this.#peak === 0) return;
    for (let index = 0; index < counts.length; index++) this.shown[index]! /= this.#peak;
  }
}

export interface LayerTrace {
  readonly pixels: Trace;
  readonly channels: Trace;
  /** Spikes of all neurons over the last frame, as a fraction of neurons and timesteps. */
  rate: number;
}

export class Traces {
  readonly layers: readonly LayerTrace[];
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
    this.layers = model.layers.map(({ shape }) => ({
      pixels: new Trace(shape.height * shape.width),
      channels: new Trace(shape.channels),
      rate: 0,
    }));
  }

  add({ perPixel, perChannel, steps }: Frame): void {
    if (steps === 0) return;
    let pixel = 0;
    let channel = 0;
    this.layers.forEach((trace, layer) => {
      const { shape, neurons } = this.#model.layers[layer]!;
      const pixels = shape.height * shape.width;
      const channels = perChannel.subarray(channel, channel + shape.channels);
      trace.pixels.add(perPixel.subarray(pixel, pixel + pixels), steps);
      trace.channels.add(channels, steps);
      trace.rate = channels.reduce((sum, count) => sum + count, 0) / (neurons * steps);
      pixel += pixels;
      channel += shape.channels;
    });
  }
}
