/**
 * From a trained network to a spiking one: fold -> calibrate -> normalise -> quantise -> fit the prior strengths.
 * Everything is fitted on training images; the test set is never looked at.
 */

import { exactTimestepLimit, radixIsExact } from '../engine/range.js';
import { TrainedPass } from '../engine/trained.js';
import { UserError } from '../errors.js';
import { writeModel } from '../file/file.js';
import { drawIndices, type LabelledImages } from '../fit/labelled-images.js';
import { PRIOR_OCCLUSION } from '../fit/pictures.js';
import { fitPriors } from '../fit/priors.js';
import { fitRadixPriors } from '../fit/radix.js';
import type { Coding, Network, Propagation, Provenance, SpikingNetwork } from '../graph/network.js';
import { normaliseInput, quantiseInput } from '../picture/tensor.js';
import { Calibration, type CalibrationState, type Lambdas } from './calibrate.js';
import { type CalibrationInput, correctBiases } from './correct.js';
import { foldBatchNormalisation } from './fold.js';
import { normaliseWeights } from './normalise.js';
import { quantiseHeads, quantisePopulations } from './quantise.js';

export interface ConversionOptions {
  /** Name of the model. */
  readonly name: string;
  /** Training images from which the lambdas are found. */
  readonly samples: number;
  /** The percentile of the activations that becomes lambda, 0 to 100; 99.9 in the paper. */
  readonly percentile: number;
  /** Training images, others than those of the calibration, on which the prior strengths are fitted. */
  readonly priorSamples: number;
  /** Which images are drawn. */
  readonly seed: number;
  /** The input is rounded to multiples of 2^-inputFractionBits; 7 bits are half a grey level. */
  readonly inputFractionBits: number;
  /** How the model's neurons say numbers. */
  readonly coding: Coding;
  /** Binary digits of a number in radix coding. */
  readonly digits: number;
  /** Whether the network was trained for these digits: its biases are then right as they are. */
  readonly trainedDigits?: number | undefined;
  /** What runs of the model use unless told otherwise; the prior strengths are fitted under these. */
  readonly timesteps: number;
  readonly initialPotential: number;
  readonly propagation: Propagation;
  /** Lambdas that the network was trained with, by the layer's name; they come before calibrated ones. */
  readonly trainedLambdas?: ReadonlyMap<string, number> | undefined;
  readonly provenance: Provenance;
}

/** How a conversion reports and, after an interruption, goes on. */
export interface ConversionHooks {
  /** Called often: what is being done, and how far it is. */
  onProgress?(stage: string, done: number, total: number): void;
  /** Called now and then with a state to keep: a later call with it as `resume` goes on from there. */
  onState?(state: CalibrationState): Promise<void>;
  readonly resume?: CalibrationState | undefined;
  /** Called, and waited for, after every image: a page lets the person in, or ends the work by throwing. */
  pause?(): Promise<void>;
}

/** Images of a calibration between two states. */
const STATE_INTERVAL = 250;

/**
 * Converts a trained network. Deterministic: the same network, images and options give the same result.
 *
 * @param module - the compiled `snnwasm.wasm`
 * @throws UserError if there are too few training images, they do not fit the network, a layer is silent on them, or
 *   the model could not run for so many timesteps
 */
export async function convertNetwork(
  module: WebAssembly.Module,
  trained: Network,
  images: LabelledImages,
  options: ConversionOptions,
  hooks: ConversionHooks = {},
): Promise<SpikingNetwork> {
  const needed = options.samples + options.priorSamples;
  checkImages(images, trained, needed);
  const drawn = drawIndices(images.length, needed, options.seed);
  const folded = foldBatchNormalisation(trained);
  const lambdas = await calibrate(module, folded, images, drawn.subarray(0, options.samples), options, hooks);
  const layers = lambdas.layers.map((lambda, index) => {
    return options.trainedLambdas?.get(folded.populations[index]!.name) ?? lambda;
  });
  const spiking = quantiseNetwork(folded, { ...lambdas, layers }, options);
  checkTimesteps(spiking);
  const corrected = needsCorrection(options)
    ? await correct(module, folded, spiking, images, drawn.subarray(0, options.samples), hooks)
    : spiking;
  const others = drawn.subarray(options.samples);
  const fitHeads = options.coding === 'radix' ? fitRadixPriors : fitPriors;
  const fitted = await fitHeads(module, corrected, images, others, async (done, total) => {
    hooks.onProgress?.('fitting the prior strengths', done, total);
    await hooks.pause?.();
  });
  return {
    ...fitted,
    provenance: {
      ...options.provenance,
      calibrationImages: options.samples,
      calibrationPercentile: options.percentile,
      calibrationSeed: options.seed,
      ...(needsCorrection(options) && {
        correctionImages: Math.min(CORRECTION_IMAGES, options.samples),
      }),
      priorImages: options.priorSamples,
      priorOcclusion: PRIOR_OCCLUSION,
    },
  };
}

/** More of them hardly move a mean. */
const CORRECTION_IMAGES = 64;

function needsCorrection({ coding, digits, trainedDigits }: ConversionOptions): boolean {
  return coding === 'radix' && trainedDigits !== digits;
}

async function correct(
  module: WebAssembly.Module,
  folded: Network,
  spiking: SpikingNetwork,
  images: LabelledImages,
  drawn: Uint32Array,
  hooks: ConversionHooks,
): Promise<SpikingNetwork> {
  const { input, normalisation, inputFractionBits, defaults } = spiking;
  const inputs = Array.from(drawn.subarray(0, CORRECTION_IMAGES), (index): CalibrationInput => {
    const { image } = images.image(index);
    return {
      trained: normaliseInput(image, input, normalisation),
      spiking: quantiseInput(image, input, normalisation, inputFractionBits),
    };
  });
  const pass = await TrainedPass.create(module, folded);
  return correctBiases(module, pass, spiking, inputs, defaults.digits, async (done, total) => {
    hooks.onProgress?.('correcting biases', done, total);
    await hooks.pause?.();
  });
}

function checkTimesteps(spiking: SpikingNetwork): void {
  const { coding, digits } = spiking.defaults;
  if (coding === 'radix') {
    if (radixIsExact(spiking, digits)) return;
    throw new UserError(
      `the model would not be exact for ${digits} digits: use fewer, or fewer bits for the input`,
    );
  }
  const limit = exactTimestepLimit(spiking);
  if (spiking.defaults.timesteps <= limit) return;
  throw new UserError(
    `the model is exact for at most ${limit} timesteps: use no more as its default, or fewer bits for the input`,
  );
}

function checkImages(images: LabelledImages, { input, labels }: Network, needed: number): void {
  if (needed > images.length) {
    throw new UserError(
      `calibration asks for ${needed} different images, but the file holds ${images.length}`,
    );
  }
  const { width, height } = images.image(0).image;
  if (input.width !== width || input.height !== height) {
    throw new UserError(
      `the network takes ${input.height}x${input.width} pixels, but calibration images have ${height}x${width}`,
    );
  }
  if (images.largestLabel >= labels.length) {
    throw new UserError(
      `the network tells ${labels.length} classes apart, but the calibration file has the label ${images.largestLabel}`,
    );
  }
}

/**
 * Writes the model in memory, with lambdas of 1: names and sizes that no model may have show before the work.
 *
 * @throws UserError as `writeModel` would after a conversion
 */
export function checkWritable(network: Network, options: ConversionOptions): void {
  const lambdas = { layers: network.populations.map(() => 1), heads: network.heads.map(() => 1) };
  writeModel(quantiseNetwork(foldBatchNormalisation(network), lambdas, options));
}

/** Normalises and quantises; the prior strengths are still 0. */
export function quantiseNetwork(
  folded: Network,
  lambdas: Lambdas,
  options: Omit<ConversionOptions, 'samples' | 'percentile' | 'seed' | 'priorSamples'>,
): SpikingNetwork {
  const normalised = normaliseWeights(folded, lambdas);
  return {
    name: options.name,
    input: folded.input,
    normalisation: folded.normalisation,
    inputFractionBits: options.inputFractionBits,
    labels: folded.labels,
    populations: quantisePopulations(normalised, options.inputFractionBits),
    heads: quantiseHeads(normalised).map((head) => ({ ...head, priorStrength: 0 })),
    defaults: {
      coding: options.coding,
      digits: options.digits,
      readout: options.coding === 'radix' ? 'membrane' : 'spikes',
      timesteps: options.timesteps,
      initialPotential: options.initialPotential,
      propagation: options.propagation,
      forgetting: 0,
      head: null,
    },
    provenance: options.provenance,
  };
}

async function calibrate(
  module: WebAssembly.Module,
  folded: Network,
  images: LabelledImages,
  drawn: Uint32Array,
  options: ConversionOptions,
  hooks: ConversionHooks,
): Promise<Lambdas> {
  const calibration = new Calibration(await TrainedPass.create(module, folded), hooks.resume);
  // Before the first image, so that a place that cannot be written shows at once.
  await hooks.onState?.(calibration.state());
  while (calibration.images < drawn.length) {
    const { image } = images.image(drawn[calibration.images]!);
    calibration.add(normaliseInput(image, folded.input, folded.normalisation));
    if (calibration.images % STATE_INTERVAL === 0) await hooks.onState?.(calibration.state());
    hooks.onProgress?.('calibrating', calibration.images, drawn.length);
    await hooks.pause?.();
  }
  await hooks.onState?.(calibration.state());
  return calibration.lambdas(options.percentile / 100);
}
