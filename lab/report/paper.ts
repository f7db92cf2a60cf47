/**
 * The numbers of the paper that its text states, to stand beside this project's own: Akagi and Awano, "Low Energy
 * Inference of Spiking Neural Network via Bayesian Fusion", DA Symposium 2021, section 4.4. Its figures hold more
 * (the heads (c) and (d)), which the text does not give.
 */

/** One way of answering, with the energy that it needs to come within 1 % of the trained network. */
export interface PaperEnergy {
  readonly name: string;
  /** Mean of an image. */
  readonly millijoules: number;
  /** 1 - energy / energy of the final prediction alone. */
  readonly saving: number;
  /** The residual block that the internal head follows; null where the text does not state it, or there is none. */
  readonly block: number | null;
}

const FINAL_MILLIJOULES = 27.0;

export const PAPER = {
  annAccuracy: 0.742,
  targetAccuracy: 0.732,
  /** Where the network cut behind (b) levels off, "about". */
  truncatedAccuracy: 0.6,
  final: energyOf('FP alone', FINAL_MILLIJOULES, null),
  /** Fused with the internal prediction (a). */
  a: energyOf('IP(a)', 42.6, null),
  /** Fused with the internal prediction (b). Three residual blocks of eight follow it. */
  b: { ...energyOf('IP(b)', 13.1, 5), block: 5 },
} as const;

function energyOf(name: string, millijoules: number, block: number | null): PaperEnergy {
  return { name, millijoules, saving: 1 - millijoules / FINAL_MILLIJOULES, block };
}
