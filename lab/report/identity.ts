/** What a curve and its target are of, in one place: whatever looks for one of them compares all of it. */
import type { Curve } from '../evaluation/results.js';

/** No two curves of an evaluation have the same; the residual block follows from the head. */
export type Identity = Pick<Curve, 'kind' | 'head' | 'rule' | 'forgetting'>;

/** The paper's baseline, against which everything saves: the final prediction alone, all timesteps counting alike. */
export const BASELINE: Identity = finalAlone(0);

/** The final prediction alone, with forgetting k. */
export function finalAlone(forgetting: number): Identity {
  return { kind: 'final', head: null, rule: null, forgetting };
}

/** A text that is equal for equal identities, and only for them. */
export function identityKey({ kind, head, rule, forgetting }: Identity): string {
  return JSON.stringify([kind, head, rule, forgetting]);
}

/** The one with this identity; undefined where there is none. */
export function withIdentity<T extends Identity>(all: readonly T[], identity: Identity): T | undefined {
  const key = identityKey(identity);
  return all.find((candidate) => identityKey(candidate) === key);
}
