/** `snnwasm inspect MODEL`: what is in a model file. */
import { Command } from 'commander';
import { describeModel, type ModelDescription, tensorFile } from '../app/inspect.js';
import { writeFileAtomic } from '../host/node/files.js';
import { loadModelFile, shippedModelPath } from '../host/node/models.js';
import { checkOutput } from '../host/node/output.js';

interface InspectFlags {
  readonly json?: boolean;
  readonly tensors?: string;
}

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('show the populations, thresholds, lambdas and heads of a model file')
    .argument('[model]', 'model file (default: the one that ships with the package)')
    .option('--json', 'print everything as JSON')
    .option('--tensors <file>', 'write the integer weights, biases and thresholds to a .safetensors file')
    .action(inspect);
}

async function inspect(path: string | undefined, flags: InspectFlags): Promise<void> {
  const modelPath = path ?? shippedModelPath();
  if (flags.tensors !== undefined) await checkOutput(flags.tensors, [modelPath]);
  const network = await loadModelFile(modelPath);
  const description = describeModel(network);
  if (flags.tensors !== undefined) {
    await writeFileAtomic(flags.tensors, tensorFile(network));
  }
  process.stdout.write(
    flags.json ? `${JSON.stringify(description, null, 2)}\n` : formatDescription(description),
  );
}

function formatDescription(model: ModelDescription): string {
  const { input, populations, heads, defaults } = model;
  const lines = [
    `${model.name}: ${input.height}x${input.width}x${input.channels} -> ${model.classes} classes`,
    `${count(model.neurons)} neurons, ${count(model.synapses)} synapses`,
    `runs by default: ${courseOf(defaults)}, prior from ${defaults.head === null ? 'no head' : `head ${defaults.head}`}` +
      (defaults.forgetting > 0 ? `, timestep t counts as t^${defaults.forgetting}` : ''),
    '',
    row('population', 'shape', 'neurons', 'synapses', 'lambda'),
    ...populations.map(({ name, shape, neurons, synapses, lambda }) =>
      row(
        name,
        `${shape.height}x${shape.width}x${shape.channels}`,
        count(neurons),
        count(synapses),
        lambda.toFixed(3),
      ),
    ),
    '',
    row('head', 'after', 'P', 'synapses', 'lambda'),
    ...heads.map(({ name, population, priorStrength, synapses, lambda }) =>
      row(name, population, String(priorStrength), count(synapses), lambda.toFixed(3)),
    ),
    '',
    ...Object.entries(model.provenance).map(
      ([key, value]) => `${key}: ${Array.isArray(value) ? value.join(', ') : value}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function row(...cells: readonly [string, string, string, string, string]): string {
  const [first, second, ...numbers] = cells;
  return `${first.padEnd(16)}${second.padEnd(14)}${numbers.map((cell) => cell.padStart(13)).join('')}`;
}

const count = (value: number): string => value.toLocaleString('en-US');

/** How an answer forms. */
function courseOf(defaults: ModelDescription['defaults']): string {
  const { coding, digits, readout, timesteps, propagation, initialPotential } = defaults;
  if (coding === 'radix') return `radix coding, ${digits} digits, output neurons asked for their ${readout}`;
  return `${timesteps} timesteps, ${propagation}, membranes start at ${initialPotential} of the threshold`;
}
