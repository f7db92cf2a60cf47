/** Bundles in tests: small networks, the library as a typed object, the command under Node's own WASI. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { WASI } from 'node:wasi';
import * as E from '../../assembly/edge/layout.js';
import { type BundleOptions, bundleModel, type Flavour } from '../../src/bundle/bundle.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { loadModelFile, paperModelPath } from '../../src/host/node/models.js';
import { bundleTemplate } from '../../src/host/node/templates.js';
import { buildNetwork } from '../generate.js';

// Once TurboFan calls the functions of Node 20's WASI directly, after some thousand calls, the process dies by SIGSEGV (8 of
// 14 runs of hostile.test.ts, none of 14 with this flag, none of 16 on Node 24).
setFlagsFromString('--no-turbo-fast-api-calls');

/** The model that ships and both of its bundles, in a temporary folder that the caller removes. */
export async function bundleFolder(): Promise<{
  readonly folder: string;
  readonly network: SpikingNetwork;
  readonly library: string;
  readonly command: string;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'snnwasm-edge-'));
  const network = await loadModelFile(paperModelPath());
  const [library, command] = [join(folder, 'library.wasm'), join(folder, 'command.wasm')];
  writeFileSync(library, await bundled(network, 'library'));
  writeFileSync(command, await bundled(network, 'command'));
  return { folder, network, library, command };
}

/** What a bundle of flavour `library` exports; pointers are addresses in `memory`, texts end in a zero byte. */
export interface EdgeExports {
  readonly memory: WebAssembly.Memory;
  snnwasm_abi(): number;
  snnwasm_name(): number;
  snnwasm_width(): number;
  snnwasm_height(): number;
  snnwasm_classes(): number;
  snnwasm_label(index: number): number;
  snnwasm_layers(): number;
  snnwasm_layer_name(index: number): number;
  snnwasm_heads(): number;
  snnwasm_head_name(index: number): number;
  snnwasm_default_timesteps(): number;
  snnwasm_set_defaults(): void;
  snnwasm_set_head(index: number): number;
  snnwasm_set_prior_strength(strength: number): number;
  snnwasm_set_propagation(propagation: number): number;
  snnwasm_set_initial_potential(fraction: number): number;
  snnwasm_set_forgetting(power: number): number;
  snnwasm_input(): number;
  snnwasm_start(): number;
  snnwasm_step(timesteps: number): number;
  snnwasm_run(timesteps: number): number;
  snnwasm_timesteps(): number;
  snnwasm_counts(head: number): number;
  snnwasm_rates(): number;
  snnwasm_ranking(): number;
  snnwasm_probabilities(): number;
  snnwasm_rate(index: number): number;
  snnwasm_lower(index: number): number;
  snnwasm_upper(index: number): number;
  snnwasm_spikes(): number;
  snnwasm_operations(): number;
  snnwasm_energy(): number;
  snnwasm_ann_energy(): number;
  snnwasm_layer_spikes(layer: number): number;
  snnwasm_layer_operations(layer: number): number;
  snnwasm_head_spikes(head: number): number;
  snnwasm_head_operations(head: number): number;
}

/** A library that was instantiated without any imports, and what one reads from its memory. */
export class EdgeLibrary {
  readonly exports: EdgeExports;

  constructor(module: WebAssembly.Module) {
    this.exports = new WebAssembly.Instance(module, {}).exports as unknown as EdgeExports;
  }

  text(pointer: number): string {
    const bytes = new Uint8Array(this.exports.memory.buffer, pointer);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  }

  setInput(pixels: ArrayLike<number>): void {
    new Uint8Array(this.exports.memory.buffer).set(pixels, this.exports.snnwasm_input());
  }

  counts(head: number): number[] {
    return [
      ...new Uint32Array(
        this.exports.memory.buffer,
        this.exports.snnwasm_counts(head),
        this.exports.snnwasm_classes(),
      ),
    ];
  }

  ranking(): number[] {
    return [
      ...new Uint32Array(
        this.exports.memory.buffer,
        this.exports.snnwasm_ranking(),
        this.exports.snnwasm_classes(),
      ),
    ];
  }

  /** Shapes alpha and beta of every class's posterior, which the interface gives as intervals only. */
  shapes(): { alpha: number; beta: number }[] {
    const { buffer } = this.exports.memory;
    const address = new DataView(buffer).getUint32(E.CONFIG + E.CONFIG_SHAPES, true);
    const shapes = new Float64Array(buffer, address, 2 * this.exports.snnwasm_classes());
    return Array.from({ length: shapes.length / 2 }, (_, index) => ({
      alpha: shapes[2 * index]!,
      beta: shapes[2 * index + 1]!,
    }));
  }

  /** f64 [class] at a pointer. */
  numbers(pointer: number): number[] {
    return [...new Float64Array(this.exports.memory.buffer, pointer, this.exports.snnwasm_classes())];
  }
}

/** The bytes of a bundle. */
export async function bundled(
  network: SpikingNetwork,
  flavour: Flavour,
  options: Partial<BundleOptions> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { module } = bundleModel(await bundleTemplate(flavour), network, { flavour, ...options });
  return module as Uint8Array<ArrayBuffer>;
}

/** A network of a few neurons for pictures of this size. */
export function smallNetwork(width: number, height: number, channels = 3): SpikingNetwork {
  return buildNetwork({
    seed: 3,
    input: { channels, height, width },
    stem: { channels: 4, kernel: 1, stride: 1 },
    unpadded: false,
    blocks: [{ channels: 4, stride: 2, kernel: 1, head: true }],
    classes: 3,
    propagation: 'synchronous',
  });
}

/** How a command ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** RGB of the network's input size: what the picture became. */
  readonly input: Uint8Array;
  /** Spikes and synaptic operations of every layer, one after the other. */
  readonly layers: number[];
  /** Spikes of every class of every head, one head after the other. */
  readonly counts: number[];
}

/** A bundle of flavour `command` that runs under node:wasi, in this process, as often as wanted. */
export class EdgeCommand {
  readonly #module: WebAssembly.Module;
  readonly #folder = mkdtempSync(join(tmpdir(), 'snnwasm-edge-'));

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#module = new WebAssembly.Module(bytes);
  }

  run(input: Uint8Array, words: readonly string[] = []): CommandResult {
    const [stdin, stdout, stderr] = ['in', 'out', 'err'].map((name) => join(this.#folder, name));
    writeFileSync(stdin!, input);
    const descriptors = [openSync(stdin!, 'r'), openSync(stdout!, 'w'), openSync(stderr!, 'w')];
    try {
      const wasi = new WASI({
        version: 'preview1',
        args: ['classifier', ...words],
        stdin: descriptors[0]!,
        stdout: descriptors[1]!,
        stderr: descriptors[2]!,
        returnOnExit: true,
      });
      const instance = new WebAssembly.Instance(
        this.#module,
        wasi.getImportObject() as unknown as WebAssembly.Imports,
      );
      const code = wasi.start(instance);
      const memory = (instance.exports.memory as WebAssembly.Memory).buffer;
      const word = (offset: number) => new DataView(memory).getUint32(E.CONFIG + offset, true);
      const bytes = word(E.CONFIG_WIDTH) * word(E.CONFIG_HEIGHT) * 3;
      const outputs = word(E.CONFIG_HEAD_COUNT) * word(E.CONFIG_CLASSES);
      return {
        code,
        stdout: readFileSync(stdout!, 'utf8'),
        stderr: readFileSync(stderr!, 'utf8'),
        input: new Uint8Array(memory.slice(word(E.CONFIG_INPUT), word(E.CONFIG_INPUT) + bytes)),
        layers: [
          ...new Float64Array(
            memory,
            word(E.CONFIG_POPULATION_ACTIVITY),
            2 * word(E.CONFIG_POPULATION_COUNT),
          ),
        ],
        counts: [...new Uint32Array(memory, word(E.CONFIG_COUNTS), outputs)],
      };
    } finally {
      for (const descriptor of descriptors) closeSync(descriptor);
    }
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
