/** The results as three tables: curves (a line a curve and row), targets (a line a curve), layers (a line a layer and row). */
import type { Curve, LayerResult, Results, TargetEnergy } from '../evaluation/results.js';
import { type Column, csv } from './csv.js';

interface AtRow<T> {
  readonly of: T;
  readonly row: number;
}

/** `curves.csv`: counts and energies are means of an image, accuracies are fractions. */
export function curvesTable(results: Results): string {
  const { images } = results.data;
  const columns: Column<AtRow<Curve>>[] = [
    { name: 'kind', value: ({ of }) => of.kind },
    { name: 'head', value: ({ of }) => of.head },
    { name: 'block', value: ({ of }) => of.block },
    { name: 'rule', value: ({ of }) => of.rule },
    { name: 'forgetting', value: ({ of }) => of.forgetting },
    { name: 'strength', value: ({ of, row }) => strengthAt(of, row) },
    { name: 'timestep', value: ({ row }) => results.rows[row]! },
    { name: 'accuracy', value: ({ of, row }) => of.accuracy[row]!.value },
    { name: 'accuracy_low', value: ({ of, row }) => of.accuracy[row]!.low },
    { name: 'accuracy_high', value: ({ of, row }) => of.accuracy[row]!.high },
    { name: 'spikes_per_image', value: ({ of, row }) => of.spikes[row]! / images },
    { name: 'synaptic_operations_per_image', value: ({ of, row }) => of.synapticOperations[row]! / images },
    ...Object.keys(results.curves[0]?.energyMillijoules ?? {}).map((model) => ({
      name: `energy_mj_${model}`,
      value: ({ of, row }: AtRow<Curve>) => of.energyMillijoules[model]![row]!,
    })),
  ];
  return csv(columns, atEveryRow(results, results.curves));
}

/** `targets.csv`: empty fields where the target is not reached. */
export function targetsTable(results: Results): string {
  const columns: Column<TargetEnergy>[] = [
    { name: 'kind', value: ({ kind }) => kind },
    { name: 'head', value: ({ head }) => head },
    { name: 'block', value: ({ block }) => block },
    { name: 'rule', value: ({ rule }) => rule },
    { name: 'forgetting', value: ({ forgetting }) => forgetting },
    { name: 'target_accuracy', value: () => results.targetAccuracy },
    { name: 'timesteps', value: ({ timesteps }) => timesteps },
    { name: 'energy_mj', value: ({ energyMillijoules }) => energyMillijoules?.value ?? null },
    { name: 'energy_mj_low', value: ({ energyMillijoules }) => energyMillijoules?.low ?? null },
    { name: 'energy_mj_high', value: ({ energyMillijoules }) => energyMillijoules?.high ?? null },
    { name: 'saving', value: ({ saving }) => saving?.value ?? null },
    { name: 'saving_low', value: ({ saving }) => saving?.low ?? null },
    { name: 'saving_high', value: ({ saving }) => saving?.high ?? null },
  ];
  return csv(columns, results.targets);
}

/** `layers.csv`: counts until each row, means of an image; the rate is spikes / (neurons x timesteps). */
export function layersTable(results: Results): string {
  const { images } = results.data;
  const columns: Column<AtRow<LayerResult>>[] = [
    { name: 'layer', value: ({ of }) => of.name },
    { name: 'neurons', value: ({ of }) => of.neurons },
    { name: 'synapses', value: ({ of }) => of.synapses },
    { name: 'timestep', value: ({ row }) => results.rows[row]! },
    { name: 'spikes_per_image', value: ({ of, row }) => of.spikes[row]! / images },
    { name: 'synaptic_operations_per_image', value: ({ of, row }) => of.synapticOperations[row]! / images },
    { name: 'firing_rate', value: ({ of, row }) => firingRate(results, of, row) },
  ];
  return csv(columns, atEveryRow(results, results.layers));
}

/** Mean firing rate until a row, spikes / (neurons x timesteps x images). */
export function firingRate(results: Results, layer: LayerResult, row: number): number {
  return layer.spikes[row]! / (layer.neurons * results.rows[row]! * results.data.images);
}

function strengthAt({ strength }: Curve, row: number): number | null {
  return typeof strength === 'number' || strength === null ? strength : strength[row]!;
}

function* atEveryRow<T>(results: Results, list: readonly T[]): Generator<AtRow<T>> {
  for (const of of list) {
    for (let row = 0; row < results.rows.length; row++) yield { of, row };
  }
}
