/**
 * Finds the place of each prediction head of a checkpoint: `heads.NAME.weight` and `.bias` are tensors, and which
 * block the head follows is said by an option, by the metadata or by a name that is a number.
 */
import { UserError } from '../errors.js';
import type { Head } from '../graph/network.js';
import type { CheckpointMetadata } from './metadata.js';
import type { Parameters } from './parameters.js';
import type { Trunk } from './trunk.js';

/** The final prediction's name in a checkpoint and in a model. */
const FINAL = 'final';

/** A head's name, and the block that it follows, counted from 1. */
type Place = readonly [name: string, block: number];

/**
 * The heads of a checkpoint in the order of their blocks, the final one last.
 *
 * @param options - places that come before those of the metadata
 * @throws UserError when a head has no place or a place has no head, or a tensor has the wrong shape.
 */
export function buildHeads(
  parameters: Parameters,
  trunk: Trunk,
  metadata: Pick<CheckpointMetadata, 'heads'>,
  options: { readonly heads?: Readonly<Record<string, number>> },
): Head[] {
  const blocks = trunk.blocks.length;
  const chosen = new Map([...(metadata.heads ?? []), ...Object.entries(options.heads ?? {})]);
  const names = parameters.names().flatMap((name) => /^heads\.(.+)\.weight$/.exec(name)?.[1] ?? []);
  for (const name of [...chosen.keys(), FINAL]) {
    if (names.includes(name)) continue;
    throw new UserError(`the checkpoint has no head "${name}"; its heads are: ${names.join(', ') || 'none'}`);
  }
  const places = names.map((name): Place => [name, placeOf(name, blocks, chosen.get(name))]);
  const heads = places.sort(inOrder).map(([name, block]): Head => {
    const population = trunk.blocks[block - 1]!;
    const { channels } = trunk.populations[population]!.shape;
    return { name, population, ...parameters.head(`heads.${name}`, channels) };
  });
  checkClasses(heads);
  return heads;
}

function checkClasses(heads: readonly Head[]): void {
  const classes = heads[heads.length - 1]!.bias.length;
  for (const { name, bias } of heads) {
    if (bias.length === classes) continue;
    throw new UserError(`the head "${name}" tells ${bias.length} classes apart, but "${FINAL}" ${classes}`);
  }
}

function placeOf(name: string, blocks: number, chosen: number | undefined): number {
  const implied = name === FINAL ? blocks : /^\d{1,4}$/.test(name) ? Number(name) : undefined;
  const block = chosen ?? implied;
  if (block === undefined) {
    throw new UserError(
      `the checkpoint does not say which block the head "${name}" follows: say so, as in ${name}=2`,
    );
  }
  if (!Number.isInteger(block) || block < 1 || block > blocks) {
    throw new UserError(`the head "${name}" would follow block ${block}, but the blocks are 1 to ${blocks}`);
  }
  if (name === FINAL && block !== blocks) {
    throw new UserError(`the head "${FINAL}" must follow the last block, ${blocks}, not ${block}`);
  }
  return block;
}

function inOrder([nameA, blockA]: Place, [nameB, blockB]: Place): number {
  if (nameA === FINAL || nameB === FINAL) return nameA === FINAL ? 1 : -1;
  if (blockA !== blockB) return blockA - blockB;
  return nameA < nameB ? -1 : 1;
}
