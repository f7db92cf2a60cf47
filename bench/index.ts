/**
 * `npm run bench`: one timestep of the shipped network on a real picture, by this engine and by plain JavaScript, in
 * one process and turn by turn. Prints medians, the engine's synaptic operations per second, and the ratio.
 */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { Bench } from 'tinybench';
import { BLOCK_TIMESTEPS } from '../src/engine/plan.js';
import { Simulation } from '../src/engine/simulation.js';
import { decodeImage } from '../src/image/decode.js';
import { resizeImage } from '../src/image/resize.js';
import { quantiseInput } from '../src/image/tensor.js';
import { nodeCodecs } from '../src/node/codecs.js';
import { kernelModule } from '../src/node/kernels.js';
import { loadModelFile, shippedModelPath } from '../src/node/models.js';
import { DenseBaseline } from './baselines/dense.js';

const PICTURE = 'examples/sunflower.png';
/** Timesteps after which rates have settled; both sides are measured from there on. */
const SETTLING = 16;

const network = await loadModelFile(shippedModelPath());
const picture = await decodeImage(await readFile(new URL(`../${PICTURE}`, import.meta.url)), nodeCodecs);
const pixels = resizeImage(picture, network.input);
const input = quantiseInput(pixels, network.input, network.normalisation, network.inputFractionBits);
const { initialPotential } = network.defaults;

const simulation = await Simulation.create(await kernelModule(), network);
simulation.start(input, {
  heads: [network.heads.length - 1],
  propagation: 'synchronous',
  initialPotential,
});
const baseline = new DenseBaseline(network, input, initialPotential);
for (let timestep = 1; timestep <= SETTLING; timestep++) {
  if (timestep % BLOCK_TIMESTEPS === 1) simulation.advance(BLOCK_TIMESTEPS);
  baseline.step();
  baseline.spikeCounts.forEach((spikes, layer) => {
    if (spikes !== simulation.layerSpikes(layer, timestep)) {
      throw new Error(`layer ${layer}, timestep ${timestep}: the baseline does not compute the same`);
    }
  });
}

let operations = 0;
let timesteps = 0;
const bench = new Bench({ iterations: 5, time: 3000, warmupIterations: 1, warmupTime: 0 });
bench.add('engine', () => {
  // Time goes on from call to call, as in a long run.
  for (let step = simulation.advance(BLOCK_TIMESTEPS); step > 0; step--) {
    const timestep = simulation.timestep - step + 1;
    timesteps++;
    for (let layer = 0; layer < network.layers.length; layer++) {
      operations += simulation.layerOperations(layer, timestep);
    }
  }
});
bench.add('baseline', () => baseline.step());
await bench.run();

const medianOf = (name: string): number => {
  const result = bench.getTask(name)!.result;
  if (!('latency' in result)) throw new Error(`${name} was not measured`);
  return result.latency.p50;
};
const engine = medianOf('engine') / BLOCK_TIMESTEPS;
const dense = medianOf('baseline');
const perTimestep = operations / timesteps;
const rows = [
  `${cpus()[0]?.model.trim()}, Node ${process.version}, one thread; ${network.name} on ${PICTURE}`,
  '',
  'one timestep of the whole network      median',
  `snnwasm, WebAssembly SIMD           ${engine.toFixed(3).padStart(9)} ms   ${(perTimestep / engine / 1e6).toFixed(2)} G synaptic operations / s`,
  `plain JavaScript, dense             ${dense.toFixed(1).padStart(9)} ms   ${(dense / engine).toFixed(0)} times slower`,
  '',
  `${(perTimestep / 1e6).toFixed(1)} M synaptic operations a timestep; the same spikes on both sides`,
];
process.stdout.write(`${rows.join('\n')}\n`);
