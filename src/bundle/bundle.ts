/**
 * One self-contained WebAssembly module out of a model: the compiled edge code (assembly/edge/) with the memory that
 * the engine would have written, as data. Nothing is left to do at run time but to run.
 */
import * as E from '../../assembly/edge/layout.js';
import { PAGE_BYTES } from '../engine/wasm.js';
import { UserError } from '../errors.js';
import type { SpikingNetwork } from '../graph/network.js';
import { memoryImage } from './image.js';
import { malformed } from './leb128.js';
import {
  checkMemory,
  type DataSegment,
  dataCountSection,
  dataSection,
  memorySection,
  readData,
  readImports,
  readSections,
  SECTION,
  type Section,
  writeSections,
} from './sections.js';
import { nonZeroRuns } from './segments.js';

/** `library`: no imports, functions to call. `command`: a WASI preview 1 program. */
export type Flavour = 'library' | 'command';

export interface BundleOptions {
  readonly flavour: Flavour;
  /** Picture memory of a command in bytes, default {@link DEFAULT_PICTURE_BYTES}; a library has none. */
  readonly pictureBytes?: number | undefined;
}

/** Enough for a PNG of 1,170 x 1,170 pixels. */
export const DEFAULT_PICTURE_BYTES = 4 * 2 ** 20;

/** More than this number of segments, engines refuse (https://webassembly.github.io/spec/js-api/#limits). */
const LARGEST_SEGMENTS = 100_000;

const WASI = ['args_get', 'args_sizes_get', 'clock_time_get', 'fd_read', 'fd_write', 'proc_exit'];
/** All that a template of each flavour may import. */
const IMPORTS: Readonly<Record<Flavour, readonly string[]>> = {
  library: [],
  command: WASI.map((name) => `wasi_snapshot_preview1.${name}`),
};

/** A bundle, and the memory that it has for good. */
export interface Bundle {
  readonly module: Uint8Array;
  readonly memoryBytes: number;
}

/**
 * Bundles a model.
 *
 * @param template - `dist/edge-library.wasm` or `dist/edge-command.wasm`, of the flavour asked for
 * @throws UserError where the template is damaged or of another flavour, or the network needs more memory than a
 *   module may have
 */
export function bundleModel(template: Uint8Array, network: SpikingNetwork, options: BundleOptions): Bundle {
  const { flavour, pictureBytes = DEFAULT_PICTURE_BYTES } = options;
  const sections = readSections(template);
  const constants = checkTemplate(sections, flavour);
  const memory = memoryImage(network, flavour === 'command' ? pictureBytes : 0);
  const segments = [...constants, ...nonZeroRuns(memory)];
  if (segments.length > LARGEST_SEGMENTS) {
    throw new UserError(
      `the bundle would have ${segments.length} data segments, where ${LARGEST_SEGMENTS} is the limit`,
    );
  }
  const module = writeSections(fill(sections, memory.byteLength / PAGE_BYTES, segments));
  if (!WebAssembly.validate(module as Uint8Array<ArrayBuffer>))
    throw malformed('the result is no valid module');
  return { module, memoryBytes: memory.byteLength };
}

/**
 * What the bundle relies on: these imports alone, one memory, no start function, constants where layout.ts says.
 *
 * @returns the constants
 */
function checkTemplate(sections: readonly Section[], flavour: Flavour): DataSegment[] {
  const content = (id: number) => sections.find((section) => section.id === id)?.content;
  const imports = content(SECTION.import);
  for (const name of imports === undefined ? [] : readImports(imports)) {
    if (!IMPORTS[flavour].includes(name)) throw malformed(`a ${flavour} cannot import ${name}`);
  }
  if (flavour === 'command' && imports === undefined) throw malformed('it is of flavour library');
  if (content(SECTION.start) !== undefined) throw malformed('it has a start function');
  const memory = content(SECTION.memory);
  if (memory === undefined) throw malformed('it has no memory');
  checkMemory(memory);
  const data = content(SECTION.data);
  const constants = data === undefined ? [] : readData(data);
  for (const { address, bytes } of constants) {
    if (address < E.STATIC_START || address + bytes.length > E.STATIC_END) {
      throw malformed('its constants lie where the model goes');
    }
  }
  return constants;
}

/** The template's sections with the bundle's memory and data in their places. */
function fill(sections: readonly Section[], pages: number, segments: readonly DataSegment[]): Section[] {
  const filled = sections
    .filter(({ id }) => id !== SECTION.data && id !== SECTION.custom)
    .map((section) => {
      if (section.id === SECTION.memory) return memorySection(pages);
      return section.id === SECTION.dataCount ? dataCountSection(segments.length) : section;
    });
  return [...filled, dataSection(segments)];
}
