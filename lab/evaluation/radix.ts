/**
 * Radix coding on CIFAR-100: accuracy and cost of an answer by the number of digits, for both readouts, alone and fused
 * with the internal head that training images choose.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ProgressLine } from '../../src/cli/progress.js';
import { Simulation } from '../../src/engine/simulation.js';
import { Tally } from '../../src/engine/tally.js';
import { readModel } from '../../src/file/file.js';
import type { Cifar100 } from '../../src/fit/cifar100.js';
import { drawIndices } from '../../src/fit/labelled-images.js';
import { fitRadixPriors } from '../../src/fit/radix.js';
import { fuse, type Posterior } from '../../src/fusion/posterior.js';
import { radixCounts } from '../../src/fusion/radix.js';
import type { Readout, SpikingNetwork } from '../../src/graph/network.js';
import { readFileChecked, writeFileAtomic } from '../../src/host/node/files.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { shippedModelPath } from '../../src/host/node/models.js';
import { explained } from '../../src/host/node/system-error.js';
import { quantiseInput } from '../../src/picture/tensor.js';
import { analogMultiplyAccumulates } from '../../src/run/answer.js';
import { DEFAULT_ENERGY_MODEL, energyMillijoules } from '../../src/run/energy.js';
import { openCifar100 } from '../data/cifar100.js';
import { mirrored } from '../data/mirrored.js';
import { fraction } from './bootstrap.js';
import type { Estimate } from './results.js';

export interface RadixFlags {
  readonly data: string;
  readonly split: 'train' | 'test';
  readonly limit?: number;
  readonly digits: readonly number[];
  readonly fitImages: number;
  readonly mirror?: boolean;
  readonly out: string;
}

/** A readout: the final prediction alone, and with the head and strength that training images choose. */
export interface ReadoutResult {
  readonly alone: Estimate;
  readonly fused: Estimate;
  /** Null where the final prediction alone is right most often. */
  readonly head: string | null;
  readonly strength: number;
}

/** All of one number of digits; events are means over images, without internal heads. */
export interface DigitsResult {
  readonly digits: number;
  readonly membrane: ReadoutResult;
  readonly spikes: ReadoutResult;
  readonly emittedSpikes: number;
  readonly synapticOperations: number;
  readonly synapticOperationsWithZeros: number;
  readonly neuronUpdates: number;
  /** At 26 pJ a synaptic operation. */
  readonly energyMillijoules: number;
}

const FIT_SEED = 1;
const LARGEST_FILE = 2 ** 30;
const READOUTS = ['membrane', 'spikes'] as const;

/** Evaluates, prints a table, and writes radix.json. */
export async function evaluateRadix(modelPath: string | undefined, flags: RadixFlags): Promise<void> {
  const path = modelPath ?? shippedModelPath();
  const network = readModel(await readFileChecked(path, LARGEST_FILE), path);
  const reported = await openCifar100(flags.data, flags.split);
  const training = await openCifar100(flags.data, 'train');
  await explained(`make the folder ${flags.out}`, () => mkdir(flags.out, { recursive: true }));
  const progress = new ProgressLine();
  const results: DigitsResult[] = [];
  for (const digits of flags.digits) {
    results.push(await evaluateDigits(network, digits, reported, training, flags, progress));
  }
  const images = Math.min(flags.limit ?? reported.length, reported.length);
  const document = { format: 'snnwasm-radix-1', model: network.name, split: flags.split, images, results };
  await writeFileAtomic(
    join(flags.out, 'radix.json'),
    new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`),
  );
  process.stdout.write(
    `${table(results)}\n${network.name}, ${images} ${flags.split} images; ${join(flags.out, 'radix.json')}\n`,
  );
}

async function evaluateDigits(
  network: SpikingNetwork,
  digits: number,
  reported: Cifar100,
  training: Cifar100,
  flags: RadixFlags,
  progress: ProgressLine,
): Promise<DigitsResult> {
  const module = await kernelModule();
  const drawn = drawIndices(training.length, Math.min(flags.fitImages, training.length), FIT_SEED);
  const fitted = new Map<Readout, SpikingNetwork>();
  for (const readout of READOUTS) {
    const defaults = { ...network.defaults, digits, readout };
    const fit = await fitRadixPriors(module, { ...network, defaults }, training, drawn, async (done, total) =>
      progress.update(`fitting with ${digits} digits`, done, total),
    );
    fitted.set(readout, fit);
  }
  const simulation = await Simulation.create(module, network);
  const heads = [...network.heads.keys()];
  const final = heads.length - 1;
  const images = Math.min(flags.limit ?? reported.length, reported.length);
  const right = { membrane: { alone: 0, fused: 0 }, spikes: { alone: 0, fused: 0 } };
  let tally: Tally | null = null;
  for (let index = 0; index < images; index++) {
    const { label, image } = reported.image(index);
    const { input, normalisation, inputFractionBits } = network;
    const picture = flags.mirror ? mirrored(image) : image;
    const tensor = quantiseInput(picture, input, normalisation, inputFractionBits);
    simulation.start(tensor, {
      heads,
      propagation: 'synchronous',
      initialPotential: 0,
      coding: 'radix',
      digits,
    });
    simulation.advanceTo(final);
    // Internal heads are looked at, but an answer that does not use them does not pay for them.
    tally ??= new Tally(simulation, [final]);
    for (let phase = 1; phase <= digits; phase++) tally.add(phase);
    for (const readout of READOUTS) {
      const chosen = fitted.get(readout)!;
      const said = (head: number) =>
        radixCounts(simulation.headMembrane(head), network.heads[head]!.threshold, digits, readout);
      const prior = network.heads.findIndex(({ name }) => name === chosen.defaults.head);
      const strength = prior < 0 ? 0 : chosen.heads[prior]!.priorStrength;
      right[readout].alone += Number(first(fuse(said(final), null)) === label);
      const head = prior < 0 ? null : { ...said(prior), strength };
      right[readout].fused += Number(first(fuse(said(final), head)) === label);
    }
    progress.update(`evaluating ${digits} digits`, index + 1, images);
  }
  const result = (readout: Readout): ReadoutResult => {
    const { defaults, heads: all } = fitted.get(readout)!;
    const { alone, fused } = right[readout];
    return {
      alone: fraction(alone, images),
      fused: fraction(fused, images),
      head: defaults.head,
      strength: all.find(({ name }) => name === defaults.head)?.priorStrength ?? 0,
    };
  };
  const sums = tally!.total();
  const events = {
    spikes: sums.spikes / images,
    synapticOperations: sums.synapticOperations / images,
    neuronUpdates: sums.neuronUpdates / images,
  };
  return {
    digits,
    membrane: result('membrane'),
    spikes: result('spikes'),
    emittedSpikes: events.spikes,
    synapticOperations: events.synapticOperations,
    synapticOperationsWithZeros: sums.synapticOperationsWithZeros / images,
    neuronUpdates: events.neuronUpdates,
    energyMillijoules: energyMillijoules(
      { ...events, analogMultiplyAccumulates: analogMultiplyAccumulates(network) },
      DEFAULT_ENERGY_MODEL,
    ),
  };
}

function first({ ranking }: Posterior): number {
  return ranking[0]!;
}

function table(results: readonly DigitsResult[]): string {
  const percent = ({ value }: Estimate) => `${(100 * value).toFixed(2)} %`;
  const head = ['digits', 'membrane', 'fused', 'spikes', 'fused', 'operations', 'energy'];
  const rows = results.map(({ digits, membrane, spikes, synapticOperations, energyMillijoules: energy }) => [
    String(digits),
    percent(membrane.alone),
    percent(membrane.fused),
    percent(spikes.alone),
    percent(spikes.fused),
    `${(synapticOperations / 1e6).toFixed(1)} M`,
    `${energy.toFixed(2)} mJ`,
  ]);
  return [head, ...rows].map((cells) => cells.map((cell) => cell.padStart(11)).join('')).join('\n');
}
