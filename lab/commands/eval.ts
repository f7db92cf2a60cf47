/** `snnwasm eval MODEL`: the paper's experiment on CIFAR-100. */
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { decimalNumber, wholeNumber } from '../../src/cli/options.js';
import { PRIOR_OCCLUSION } from '../../src/fit/pictures.js';
import { MAXIMUM_DIGITS, MAXIMUM_FORGETTING, MAXIMUM_PRIOR_STRENGTH } from '../../src/graph/bounds.js';
import type { Coding } from '../../src/graph/network.js';
import type { EvaluationFlags } from '../evaluation/experiment.js';
import type { RadixFlags } from '../evaluation/radix.js';

export function evalCommand(): Command {
  return new Command('eval')
    .description("the paper's experiment: accuracy against energy, with and without fusion")
    .argument(
      '[model]',
      'model file (default: the ReLU network of the experiment; with radix coding the one that ships)',
    )
    .requiredOption('--data <folder>', 'the binary version of CIFAR-100, unpacked (see "snnwasm data")')
    .addOption(new Option('--split <name>', 'images to report on').choices(['train', 'test']).default('test'))
    .option('--limit <n>', 'only the first n records', wholeNumber(1, 1e6))
    .option('--timesteps <n>', 'timesteps to simulate', wholeNumber(1, 65535), 256)
    .addOption(
      new Option('--propagation <mode>', 'within a timestep a spike crosses the network, or one layer')
        .choices(['synchronous', 'pipelined'])
        .default('synchronous'),
    )
    .option(
      '--initial-potential <v>',
      'membrane potential at the start; 0 in the paper',
      decimalNumber(0, 1),
      0,
    )
    .option('--heads <names>', 'internal heads to evaluate, as in 1,5; all; or none', 'all')
    .option(
      '--prior-strength <p>',
      'P for every head, or auto to fit it on training images',
      strength,
      'auto' as const,
    )
    .option(
      '--forgetting <k>',
      "count timestep t as t^k, beside the paper's k = 0, or auto to fit k on training images",
      forgetting,
      'auto' as const,
    )
    .option('--fit-images <n>', 'training images to fit P and k on', wholeNumber(1, 1e6), 500)
    .option(
      '--fit-occlusion <n>',
      'cover a random square of up to n x n pixels of each of these, so that they are about as hard as unseen ones',
      wholeNumber(0, 32),
      PRIOR_OCCLUSION,
    )
    .option('--mirror', 'mirror every image left to right')
    .option('--workers <n>', 'worker threads', wholeNumber(1, 1024), availableParallelism())
    .addOption(
      new Option('--coding <code>', 'rate: the experiment; radix: accuracy and cost by the number of digits')
        .choices(['rate', 'radix'])
        .default('rate'),
    )
    .option(
      '--digits <list>',
      'with radix coding: numbers of digits, as in 1,2,3,4',
      digitsList,
      [1, 2, 3, 4],
    )
    .option('--out <folder>', 'where results and progress are kept', 'results')
    .action(async (model: string | undefined, flags: EvaluationFlags & RadixFlags & { coding: Coding }) => {
      if (flags.coding === 'radix') {
        const { evaluateRadix } = await import('../evaluation/radix.js');
        return evaluateRadix(model, flags);
      }
      const { evaluate } = await import('../evaluation/experiment.js');
      await evaluate(model, flags);
    });
}

function strength(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const value = Number(text);
  if (!/^[\d.]+$/.test(text) || !(value <= MAXIMUM_PRIOR_STRENGTH))
    throw new InvalidArgumentError(`It must be a number from 0 to ${MAXIMUM_PRIOR_STRENGTH}, or auto.`);
  return value;
}

function forgetting(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (!/^\d+$/.test(text) || Number(text) > MAXIMUM_FORGETTING)
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${MAXIMUM_FORGETTING}, or auto.`);
  return Number(text);
}

function digitsList(text: string): number[] {
  const list = text.split(',').map(Number);
  if (list.every((digits) => Number.isInteger(digits) && digits >= 1 && digits <= MAXIMUM_DIGITS))
    return list;
  throw new InvalidArgumentError(`It must be whole numbers from 1 to ${MAXIMUM_DIGITS}, as in 1,2,3,4.`);
}
