/** `snnwasm bundle MODEL -o FILE`: one WebAssembly module that holds kernels, plan and weights. */
import { Command, Option } from 'commander';
import { bundleModel, DEFAULT_PICTURE_BYTES, type Flavour } from '../app/bundle.js';
import type { RunDefaults } from '../graph/network.js';
import { writeFileAtomic } from '../host/node/files.js';
import { loadModelFile, shippedModelPath } from '../host/node/models.js';
import { checkOutput } from '../host/node/output.js';
import { bundleTemplate } from '../host/node/templates.js';
import { wholeNumber } from './options.js';
import { escaped } from './terminal.js';

const MIB = 2 ** 20;
const LARGEST_PICTURE_MIB = 1024;

interface BundleFlags {
  readonly output: string;
  readonly flavour: Flavour;
  readonly pictureMemory: number;
}

export function bundleCommand(): Command {
  return new Command('bundle')
    .description('write one WebAssembly module that holds kernels and model, for a device without JavaScript')
    .argument('[model]', 'model file (default: the one that ships with the package)')
    .requiredOption('-o, --output <file>', 'the module to write (.wasm)')
    .addOption(
      new Option('--flavour <kind>', 'library: functions to call, no imports; command: a WASI program')
        .choices(['library', 'command'])
        .default('library'),
    )
    .option(
      '--picture-memory <MiB>',
      'memory in which a command decodes a PNG: some 3 bytes a pixel',
      wholeNumber(1, LARGEST_PICTURE_MIB),
      DEFAULT_PICTURE_BYTES / MIB,
    )
    .addHelpText(
      'after',
      `
The module's memory is fixed: all of it is there from the start, and it never grows.
A library is called through exports such as snnwasm_input, snnwasm_run and
snnwasm_ranking; examples/edge/README.md of the repository documents them. A command
reads a PNG, or raw RGB of the network's input size, from standard input and prints
what "snnwasm run --json" prints; run it with --help for its options.`,
    )
    .action(bundle);
}

async function bundle(path: string | undefined, flags: BundleFlags): Promise<void> {
  const { output, flavour, pictureMemory } = flags;
  const modelPath = path ?? shippedModelPath();
  await checkOutput(output, [modelPath]);
  const [template, network] = await Promise.all([bundleTemplate(flavour), loadModelFile(modelPath)]);
  const { module, memoryBytes } = bundleModel(template, network, {
    flavour,
    pictureBytes: pictureMemory * MIB,
  });
  await writeFileAtomic(output, module);
  const { name, input, labels, defaults } = network;
  process.stdout.write(
    `${escaped(output)}: ${name} as a ${flavour}, ${(module.length / 1e6).toFixed(2)} MB, ` +
      `${(memoryBytes / MIB).toFixed(1)} MiB of memory\n` +
      `  ${input.width} x ${input.height} RGB in, ${labels.length} classes out, ${lengthOf(defaults)}\n`,
  );
}

/** How long an answer takes where nothing is said. */
function lengthOf({ coding, digits, timesteps }: RunDefaults): string {
  return coding === 'radix' ? `numbers of ${digits} binary digits` : `${timesteps} timesteps by default`;
}
