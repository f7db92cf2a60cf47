/** The spike counts that strengths are fitted to. */
import { UserError } from '../errors.js';

/** Spikes of two heads over many images, cumulative, at chosen timesteps; all weighted or none (evidence.ts). */
export interface FusionCounts {
  readonly classes: number;
  /** N, or N_k, of every row, rising. Accuracy is averaged over rows, so space them evenly. */
  readonly timesteps: readonly number[];
  /** The right class of every image. */
  readonly labels: ArrayLike<number>;
  /** The final head's counts M, `[image][row][class]`. */
  readonly final: Uint16Array | Float64Array;
  /** The internal head's counts M^ over the same timesteps, laid out likewise. */
  readonly head: Uint16Array | Float64Array;
}

/** @throws UserError if sizes do not fit together, timesteps do not rise, or a label is no class */
export function checkCounts({ classes, timesteps, labels, final, head }: FusionCounts): void {
  const expected = labels.length * timesteps.length * classes;
  if (!(expected > 0)) throw new UserError('fitting P needs at least one image, one timestep and one class');
  for (const [name, counts] of [
    ['final', final],
    ['internal', head],
  ] as const) {
    if (counts.length !== expected) {
      const sizes = `${labels.length} images x ${timesteps.length} timesteps x ${classes} classes`;
      throw new UserError(`${counts.length} ${name} counts do not fit ${sizes}`);
    }
  }
  timesteps.forEach((value, row) => {
    if (!(value > (timesteps[row - 1] ?? 0) && value <= 0xffff)) {
      throw new UserError(`timesteps must be rising numbers up to 65535, not ${timesteps.join(', ')}`);
    }
  });
  for (let image = 0; image < labels.length; image++) {
    const label = labels[image]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new UserError(`image ${image} has label ${label}, which is none of the ${classes} classes`);
    }
  }
}
