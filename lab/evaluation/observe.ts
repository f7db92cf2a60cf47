/**
 * The long part of an evaluation: many pictures through the network, on all cores, each result appended to a journal
 * as soon as it is there, so that the same work goes on from there after Ctrl-C or SIGKILL.
 */
import { inflateRawSync } from 'node:zlib';
import { ProgressLine } from '../../src/cli/progress.js';
import { shareModel } from '../../src/engine/shared-model.js';
import { writeModel } from '../../src/file/file.js';
import type { LabelledImage } from '../../src/fit/labelled-images.js';
import { type ObserverOptions, shapeOf } from '../../src/fit/observer.js';
import { recordBytes } from '../../src/fit/record.js';
import type { SpikingNetwork } from '../../src/graph/network.js';
import { sha256 } from '../../src/host/node/hash.js';
import { kernelModule, sharedKernelModule } from '../../src/host/node/kernels.js';
import { runPool } from '../../src/host/node/pool.js';
import { Journal } from './journal.js';
import type { EvaluationJob, EvaluationResult, EvaluationWorkerData } from './worker.js';

/** What every picture is observed with. */
export interface Observing {
  readonly network: SpikingNetwork;
  readonly options: ObserverOptions;
  readonly workers: number;
}

/** Labelled pictures by number, from 0. */
export interface Pictures {
  /** What the progress line says. */
  readonly stage: string;
  /** Tells these pictures from others, however many of them are asked for. */
  readonly key: readonly unknown[];
  readonly count: number;
  at(number: number): LabelledImage;
}

/** The records of all pictures, until it is closed. */
export interface Observed {
  /** The encoded record (src/fit/record.ts) of a picture. */
  read(number: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Observes every picture that the journal does not hold yet.
 *
 * @param path - of the journal; that of other work is overwritten
 * @throws UserError if the journal cannot be written
 */
export async function observe(
  { network, options, workers }: Observing,
  pictures: Pictures,
  path: string,
): Promise<Observed> {
  const key = JSON.stringify([simulatedHash(network), options, pictures.key]);
  const journal = await Journal.open(path, key);
  const stop = stopOnSignals(journal);
  try {
    const numbers = Array.from({ length: pictures.count }, (_, number) => number);
    const missing = numbers.filter((number) => !journal.has(number));
    const count = Math.min(workers, missing.length);
    const models = await modelsOf(network, count);
    const module = await kernelModule();
    const dataOf = (worker: number): EvaluationWorkerData => ({ module, model: models[worker]!, options });
    const progress = new ProgressLine();
    let done = numbers.length - missing.length;
    await runPool<EvaluationJob, EvaluationResult>(
      new URL('./worker.js', import.meta.url),
      dataOf,
      count,
      jobsOf(missing, pictures),
      async ({ number, payload }) => {
        await journal.append(number, payload);
        progress.update(pictures.stage, ++done, numbers.length);
      },
    );
  } catch (error) {
    await journal.close();
    throw error;
  } finally {
    stop();
  }
  const bytes = recordBytes(shapeOf(network, options));
  return {
    read: async (number) => inflateRawSync(await journal.read(number), { maxOutputLength: bytes }),
    close: () => journal.close(),
  };
}

/** The model for each worker: shares of one in one memory, or the network itself for each to copy. */
async function modelsOf(
  network: SpikingNetwork,
  workers: number,
): Promise<readonly EvaluationWorkerData['model'][]> {
  const module = await sharedKernelModule();
  const shares = module && shareModel(module, network, workers);
  return shares ?? Array.from({ length: workers }, () => network);
}

function* jobsOf(numbers: readonly number[], pictures: Pictures): Generator<EvaluationJob> {
  for (const number of numbers) yield { number, ...pictures.at(number) };
}

/** Of all in a network that a simulation depends on: other prior strengths, defaults or origins are the same work. */
function simulatedHash(network: SpikingNetwork): string {
  return sha256(
    writeModel({
      ...network,
      name: 'simulated',
      heads: network.heads.map((head) => ({ ...head, priorStrength: 0 })),
      defaults: {
        coding: 'rate',
        digits: 1,
        readout: 'spikes',
        timesteps: 1,
        initialPotential: 0,
        propagation: 'synchronous',
        head: null,
        forgetting: 0,
      },
      provenance: {},
    }),
  );
}

/** Ctrl-C leaves a journal from which the same command goes on. */
function stopOnSignals(journal: Journal): () => void {
  const stop = (): void => {
    process.stderr.write('\nsnnwasm: interrupted; the same command goes on from here\n');
    void journal.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
}
