/** The engine of another checkout of this repository, older ones too: what the new kernels are held against. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SimulationOptions } from '../../src/engine/simulation.js';
import { UserError } from '../../src/errors.js';

/** The part of a simulation that did not change over the years. */
export interface AnySimulation {
  readonly timestep: number;
  start(input: Int16Array, options: SimulationOptions): void;
  advance(timesteps: number): number;
  layerSpikes(layer: number, timestep: number): number;
  layerOperations(layer: number, timestep: number): number;
  /** Missing where weights of 0 still were synapses. */
  layerAllOperations?(layer: number, timestep: number): number;
}

interface Engine {
  readonly Simulation: {
    create(module: WebAssembly.Module, network: unknown): Promise<AnySimulation>;
  };
}

interface Reader {
  readModel(bytes: Uint8Array): unknown;
}

/** Where the reader of model files was, newest first. */
const READERS = ['src/file/file.ts', 'src/model/file.ts'] as const;

/**
 * Opens a model in another checkout's engine and kernels.
 *
 * @param folder - a clone or worktree whose kernels are built (`npm run build:wasm`)
 * @param model - the bytes of a model file that it can read
 * @throws UserError if the folder is none
 */
export async function openCheckout(folder: string, model: Uint8Array): Promise<AnySimulation> {
  const reader = READERS.find((path) => existsSync(join(folder, path)));
  if (reader === undefined) throw new UserError(`${folder} is no checkout of snnwasm`);
  const kernels = join(folder, 'dist/snnwasm.wasm');
  if (!existsSync(kernels)) {
    throw new UserError(`the kernels of ${folder} are not built: run "npm run build:wasm" there`);
  }
  const load = (path: string): Promise<unknown> => import(pathToFileURL(join(folder, path)).href);
  const { readModel } = (await load(reader)) as Reader;
  const { Simulation } = (await load('src/engine/simulation.ts')) as Engine;
  return Simulation.create(await WebAssembly.compile(await readFile(kernels)), readModel(model));
}
