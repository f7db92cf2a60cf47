/**
 * Finds lambda of every layer and head: a high quantile (99.9 %) of its rectified activations over images drawn from
 * the training set. Lambda is the activation that a firing rate of 1 will stand for, eq. (8).
 */
import type { TrainedPass } from '../engine/trained.js';
import { UserError } from '../errors.js';
import { ActivationHistogram, type HistogramState } from './quantile.js';

/** One lambda a layer and one a head, in the order of the network's lists. */
export interface Lambdas {
  readonly layers: readonly number[];
  readonly heads: readonly number[];
}

/** A calibration under way: what it has counted, and after how many images. */
export interface CalibrationState {
  readonly images: number;
  readonly layers: readonly HistogramState[];
  readonly heads: readonly HistogramState[];
}

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** Counts the activations of image after image. */
export class Calibration {
  readonly #trained: TrainedPass;
  readonly #layers: readonly ActivationHistogram[];
  readonly #heads: readonly ActivationHistogram[];
  #images: number;

  /** @param state - of an interrupted calibration of the same network, to go on from (src/convert/calibration-state.ts) */
  constructor(trained: TrainedPass, state?: CalibrationState) {
    this.#trained = trained;
    this.#images = state?.images ?? 0;
    this.#layers = trained.network.populations.map(
      (_, index) => new ActivationHistogram(state?.layers[index]),
    );
    this.#heads = trained.network.heads.map((_, index) => new ActivationHistogram(state?.heads[index]));
  }

  /** Images seen so far. */
  get images(): number {
    return this.#images;
  }

  /** Runs one more image (normalised, `[y][x][channel]`) and counts its activations. */
  add(input: Float32Array): void {
    this.#trained.run(input);
    this.#layers.forEach((histogram, index) => {
      const { values, stride } = this.#trained.activations(index);
      histogram.add(values, this.#trained.network.populations[index]!.shape.channels, stride);
    });
    this.#heads.forEach((histogram, index) => {
      const logits = Float32Array.from(this.#trained.logits(index));
      histogram.add(logits, logits.length, logits.length);
    });
    this.#images++;
  }

  /**
   * The lambdas of all images seen.
   *
   * @param quantile - 0.999 in the paper
   * @throws UserError if a layer or head is silent on so many images that its quantile is 0, or overflows float32
   */
  lambdas(quantile: number): Lambdas {
    const { populations, heads } = this.#trained.network;
    return {
      layers: this.#layers.map((histogram, index) =>
        checked(histogram.quantile(quantile), populations[index]!.name),
      ),
      heads: this.#heads.map((histogram, index) =>
        checked(histogram.quantile(quantile), `head ${heads[index]!.name}`),
      ),
    };
  }

  state(): CalibrationState {
    return {
      images: this.#images,
      layers: this.#layers.map((histogram) => histogram.state()),
      heads: this.#heads.map((histogram) => histogram.state()),
    };
  }
}

function checked(lambda: number, name: string): number {
  if (lambda === 0) {
    throw new UserError(
      `${name} is silent on the calibration images: use more of them or a higher percentile`,
    );
  }
  if (lambda <= LARGEST_FLOAT32) return lambda;
  throw new UserError(`${name} overflows on the calibration images: the checkpoint is not a trained network`);
}
