/**
 * Runs inside a project that has installed the package, in Node as in a browser: the traces of pictures
 * (test/support/determinism.ts), through nothing but the package's public functions.
 *
 * @param model - from loadModel
 * @param bytes - pictures one after the other, 8-bit RGB
 */
export async function tracesOf(model, bytes, extent, timesteps) {
  const traces = [];
  const size = 3 * extent * extent;
  for (let start = 0; start < bytes.length; start += size) {
    const pixels = new Uint8ClampedArray(bytes.slice(start, start + size));
    traces.push(await traceOf(model, { width: extent, height: extent, pixels }, timesteps));
  }
  return traces;
}

/** The trace of one picture, in any form that the package takes. */
export async function traceOf(model, picture, timesteps) {
  const options = { timesteps, every: timesteps, watch: 'all' };
  for await (const { layers, counts } of model.steps(picture, options)) {
    return {
      layers: layers.map(({ spikes, synapticOperations }) => [spikes, synapticOperations]),
      heads: Object.fromEntries(Object.entries(counts).map(([head, spikes]) => [head, [...spikes]])),
    };
  }
}
