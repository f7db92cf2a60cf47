/**
 * Typed views on the memory of one simulation, made once: a host that made one for every number it reads would make
 * thousands a second, and leave them to the garbage collector.
 */
import { sizeOf } from '../graph/extents.js';
import type { SpikingNetwork } from '../graph/network.js';
import { type Plan, SLOTS } from './plan.js';

export class MemoryViews {
  /** The whole memory. */
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;
  readonly records: DataView;
  /** i16 [y][x][channel] */
  readonly image: Int16Array;
  /** u8 [classes], by head and slot. */
  readonly fired: readonly (readonly Uint8Array[])[];
  /** i64 [classes], by head and slot: what every output neuron received. */
  readonly headInput: readonly (readonly BigInt64Array[])[];
  /** i64 [classes], by head: potentials of the output neurons. */
  readonly headMembrane: readonly BigInt64Array[];

  constructor({ buffer }: WebAssembly.Memory, { input, heads, labels }: SpikingNetwork, { state }: Plan) {
    const classes = labels.length;
    this.words = new Uint32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.records = new DataView(buffer);
    this.image = new Int16Array(buffer, state.image, sizeOf(input));
    this.fired = heads.map((_, head) =>
      Array.from(
        { length: SLOTS },
        (_, slot) => new Uint8Array(buffer, state.heads[head]!.fired + slot * classes, classes),
      ),
    );
    this.headInput = heads.map((_, head) =>
      Array.from(
        { length: SLOTS },
        (_, slot) => new BigInt64Array(buffer, state.heads[head]!.input + slot * classes * 8, classes),
      ),
    );
    this.headMembrane = heads.map(
      (_, head) => new BigInt64Array(buffer, state.heads[head]!.membrane, classes),
    );
  }

  /** Whether the memory grew since: its buffer is then another one. */
  isStale({ buffer }: WebAssembly.Memory): boolean {
    return this.bytes.buffer !== buffer;
  }
}
