/** The parts of the benchmark by their names, in the order in which they run. */
import type { Part } from '../measure/result.js';
import { probeBytes } from '../probe-module.js';
import { measureBefore } from './before.js';
import { measureCoding } from './coding.js';
import { measureCores } from './cores.js';
import { GROWTH, measureGrowth } from './growth.js';
import { measureHosts } from './hosts.js';
import { measureKernels, RATES, SHAPES } from './kernels.js';
import { measureLayers } from './layers.js';
import { measureLimit } from './limit.js';
import { measureNetwork } from './network.js';
import { measurePeers } from './peers.js';
import { measureSimulators } from './simulators.js';
import { measureStartup } from './startup.js';
import type { Workplace } from './workplace.js';

/** The limit comes first: the others are shown in percent of it. */
export const PARTS: Readonly<Record<string, (workplace: Workplace) => Promise<Part>>> = {
  limit: async ({ settings }) => measureLimit(await WebAssembly.compile(await probeBytes()), settings.engine),
  network: (workplace) => measureNetwork(workplace.module, workplace, workplace.settings),
  before: measureBefore,
  coding: measureCoding,
  layers: ({ module, network, inputs, settings }) =>
    measureLayers(module, network, inputs[0]!, settings.timesteps, settings.engine),
  kernels: ({ module, settings }) =>
    measureKernels(module, { measure: settings.engine, rates: RATES, shapes: SHAPES }),
  growth: ({ module, network, images, settings }) =>
    measureGrowth(module, network, images[0]!, { ...GROWTH, measure: settings.engine }),
  cores: measureCores,
  startup: measureStartup,
  hosts: measureHosts,
  peers: measurePeers,
  simulators: measureSimulators,
};
