/**
 * Typed records: the fields of a record are those constants of assembly/records.ts that begin with its name, so that a
 * field that the host forgets, or invents, does not compile.
 */
import * as R from '../../assembly/records.js';

type Names = keyof typeof R;
type FieldOf<Name extends string> = Names extends infer N
  ? N extends `${Name}_${infer Field}`
    ? Field
    : never
  : never;

/** Records that the host writes. */
export type RecordName = 'NETWORK' | 'ENTRY' | 'POPULATION' | 'SYNAPSES' | 'HEAD';

/** The words of a record, by the names of their constants: all of them. */
export type RecordWords<Name extends RecordName> = Readonly<
  Record<Exclude<FieldOf<Name>, 'BYTES' | `KIND_${string}`>, number>
>;

/** Writes a whole record. */
export function writeRecord<Name extends RecordName>(
  view: DataView,
  address: number,
  name: Name,
  words: RecordWords<Name>,
): void {
  const offsets = R as unknown as Readonly<Record<string, number>>;
  for (const [field, value] of Object.entries<number>(words)) {
    view.setInt32(address + offsets[`${name}_${field}`]!, value, true);
  }
}
