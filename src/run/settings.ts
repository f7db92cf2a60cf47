/** How an image is run: every setting of a run, described once. */
import { MAXIMUM_DIGITS, MAXIMUM_FORGETTING, MAXIMUM_PRIOR_STRENGTH } from '../graph/bounds.js';
import type { Coding, Propagation, Readout } from '../graph/network.js';
import { choice, decimal, nameOrNone, namesOrAll, whole } from '../settings/kinds.js';
import type { Schema } from '../settings/setting.js';

/** How an image is run; what is left out comes from the model. */
export interface RunOptions {
  /** Name of the internal head whose prediction is the prior; null or `'none'` for the final prediction alone. */
  readonly head?: string | null | undefined;
  /** P of eq. (16), 0 to 1,000,000; default: the one that the model holds for the head. */
  readonly priorStrength?: number | undefined;
  /** How neurons say numbers: by firing whenever they can, or in binary digits once their sources have said all. */
  readonly coding?: Coding | undefined;
  /** Binary digits of radix coding, 1 to 8. */
  readonly digits?: number | undefined;
  /** What output neurons are asked for: their spikes, or what they received in all. */
  readonly readout?: Readout | undefined;
  /** How far a spike travels within a timestep; rate coding only, like the next two. */
  readonly propagation?: Propagation | undefined;
  /** Membrane potential at the start, as a fraction of the threshold, 0 to 1. */
  readonly initialPotential?: number | undefined;
  /** k: a timestep's spikes count as t^k (src/fusion/evidence.ts), 0 to 16; 0 counts all timesteps alike, as the paper does. */
  readonly forgetting?: number | undefined;
  /**
   * Further internal heads to simulate and count, by name, or `'all'`. They do not change the answer; what they cost
   * is counted, because it is spent. Default: none.
   */
  readonly watch?: readonly string[] | 'all' | undefined;
}

/** Shown where the model says what holds. */
const OF_THE_MODEL = "the model's";

/** The settings of a run. */
export const RUN_SETTINGS = {
  head: {
    kind: nameOrNone('the name of an internal head, or none'),
    help: 'internal head whose prediction is the prior: 1 to 7 in the shipped model, or none',
    otherwise: OF_THE_MODEL,
    flag: '--head <name>',
    label: 'Head as the prior',
  },
  priorStrength: {
    kind: decimal(0, MAXIMUM_PRIOR_STRENGTH),
    help: 'strength P of the prior',
    otherwise: 'fitted for each head',
    flag: '--prior-strength <p>',
    label: 'Prior strength P',
    offered: { least: 0, most: 100, step: 0.1 },
  },
  coding: {
    kind: choice('rate', 'radix'),
    help: 'neurons fire whenever they can, or send binary digits once their sources have said all',
    otherwise: OF_THE_MODEL,
    flag: '--coding <code>',
    label: 'Coding',
  },
  digits: {
    kind: whole(1, MAXIMUM_DIGITS),
    help: 'binary digits of a number in radix coding',
    otherwise: OF_THE_MODEL,
    flag: '--digits <b>',
    label: 'Digits',
    offered: { least: 1, most: MAXIMUM_DIGITS, step: 1 },
  },
  readout: {
    kind: choice('spikes', 'membrane'),
    help: 'output neurons are asked for their spikes, or for all that they received',
    otherwise: OF_THE_MODEL,
    flag: '--readout <what>',
    label: 'Readout',
  },
  propagation: {
    kind: choice('synchronous', 'pipelined'),
    help: 'within a timestep a spike crosses the network, or one population',
    otherwise: OF_THE_MODEL,
    flag: '--propagation <mode>',
    label: 'Propagation',
  },
  initialPotential: {
    kind: decimal(0, 1),
    help: 'membrane potential at the start, in thresholds',
    otherwise: OF_THE_MODEL,
    flag: '--initial-potential <v>',
    label: 'Initial potential',
    offered: { least: 0, most: 1, step: 0.05 },
  },
  forgetting: {
    kind: whole(0, MAXIMUM_FORGETTING),
    help: 'count timestep t as t^k; 0: all alike, as in the paper',
    otherwise: OF_THE_MODEL,
    flag: '--forgetting <k>',
    label: 'Forgetting',
    offered: { least: 0, most: 8, step: 1 },
  },
  watch: {
    kind: namesOrAll("a list of internal heads' names, or 'all'"),
    help: 'further internal heads to simulate and count',
    otherwise: 'none',
    flag: null,
  },
} as const satisfies Schema<RunOptions>;
