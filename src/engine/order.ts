/** The order in which a run visits populations and heads: only what the heads need, each head as soon as it can. */
import { UserError } from '../errors.js';
import { IMAGE, type SpikingNetwork } from '../graph/network.js';

/** One visit. */
export interface OrderEntry {
  readonly kind: 'population' | 'head';
  /** In the network's list of populations or of heads. */
  readonly index: number;
}

/** The populations that one needs, itself last. */
export function orderUpTo(network: SpikingNetwork, population: number): OrderEntry[] {
  const needed = new Set<number>();
  need(network, population, needed);
  return [...needed].sort((a, b) => a - b).map((index) => ({ kind: 'population', index }));
}

/** Adds a population and all that feed it. */
function need(network: SpikingNetwork, population: number, needed: Set<number>): void {
  if (population === IMAGE || needed.has(population)) return;
  needed.add(population);
  for (const { source } of network.populations[population]!.synapses) need(network, source, needed);
}

/**
 * Orders a run.
 *
 * @param heads - indices of those that are asked
 * @throws UserError if there is no such head, or none is asked
 */
export function orderOf(network: SpikingNetwork, heads: readonly number[]): OrderEntry[] {
  const asked = [...new Set(heads)];
  if (asked.length === 0) throw new UserError('no head is selected, so there is nothing to compute');
  const needed = new Set<number>();
  for (const head of asked) {
    const found = network.heads[head];
    if (found === undefined) throw new UserError(`the network has no head ${head}`);
    need(network, found.population, needed);
  }
  return network.populations.flatMap((_, index): OrderEntry[] => {
    if (!needed.has(index)) return [];
    const readers = asked.filter((head) => network.heads[head]!.population === index);
    return [
      { kind: 'population', index },
      ...readers.map((head): OrderEntry => ({ kind: 'head', index: head })),
    ];
  });
}
