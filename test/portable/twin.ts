/** portable/ twice: as tsc compiles it, and as asc does with the settings of a bundle. */
import asc from 'assemblyscript/asc';
import { expect } from 'vitest';
import * as beta from '../../portable/beta.js';
import * as evidence from '../../portable/evidence.js';
import * as highest from '../../portable/highest.js';
import * as math from '../../portable/math.js';
import * as orientation from '../../portable/orientation.js';
import * as posterior from '../../portable/posterior.js';
import * as ranking from '../../portable/ranking.js';
import * as resize from '../../portable/resize.js';

const { GROUP_LENGTH: _, ...quadrature } = highest;

/** The functions as tsc compiles them. */
export const functions = {
  ...beta,
  ...evidence,
  ...math,
  ...orientation,
  ...posterior,
  ...quadrature,
  ...ranking,
  ...resize,
};

export type Name = keyof typeof functions;
export type List = Float64Array | Int32Array | Uint8Array;
type Argument = number | List;

type Exports = Readonly<Record<Name, (...values: number[]) => number | undefined>>;

/** Where arrays begin in the module's memory, behind its constants, and how far they may go. */
const ARRAYS = 65536;
const PAGES = 64;

/** The functions as asc compiles them, which take addresses for arrays. */
export class Twin {
  readonly #exports: Exports;
  readonly #memory: WebAssembly.Memory;

  private constructor(exports: WebAssembly.Exports) {
    this.#memory = exports.memory as WebAssembly.Memory;
    this.#exports = exports as unknown as Exports;
  }

  /** @throws Error with what the compiler says, where it refuses */
  static async create(): Promise<Twin> {
    const written: Uint8Array[] = [];
    const folder = new URL('../..', import.meta.url).pathname;
    const { error, stderr } = await asc.main(
      [
        'test/portable/assembly/module.ts',
        ...['--config', 'edge.asconfig.json', '--baseDir', folder, '--outFile', 'module.wasm'],
        ...['--initialMemory', String(PAGES)],
      ],
      { writeFile: (_, contents) => void written.push(contents as Uint8Array) },
    );
    if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(written[0]!)), {});
    return new Twin(exports);
  }

  /** The names of the functions that asc compiles. */
  get names(): string[] {
    return Object.keys(this.#exports).filter((name) => name !== 'memory');
  }

  /**
   * Calls a function in both, and expects the same bits as result and in every array afterwards.
   *
   * @param values - its arguments; the arrays are written by tsc's
   */
  expectSame(name: Name, ...values: readonly Argument[]): void {
    let end = ARRAYS;
    const views: (readonly [List, List])[] = [];
    const addresses = values.map((value) => {
      if (typeof value === 'number') return value;
      const address = end;
      end = Math.ceil((address + value.byteLength) / 16) * 16;
      if (end > this.#memory.buffer.byteLength) throw new Error('these arrays are too large for the test');
      const kind = value.constructor as new (buffer: ArrayBuffer, at: number, length: number) => List;
      const view = new kind(this.#memory.buffer as ArrayBuffer, address, value.length);
      view.set(value);
      views.push([value, view]);
      return address;
    });
    const call = functions[name] as (...values: readonly Argument[]) => number | boolean | undefined;
    const expected = call(...values);
    const actual = this.#exports[name](...addresses);
    const what = `${name}(${values.map((value) => (typeof value === 'number' ? value : '[]')).join(', ')})`;
    expect(actual, what).toBe(expected === undefined ? undefined : Number(expected));
    for (const [value, view] of views) expect(bitsOf(view), what).toEqual(bitsOf(value));
  }
}

/** As whole numbers, so that 0 and -0 differ and NaN equals itself. */
function bitsOf({ buffer, byteOffset, byteLength }: List): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}
