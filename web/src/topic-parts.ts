/** What there is to say about a layer or a head of the network. */
import type { Explanation, Situation } from './explanation.js';
import {
  formatCount,
  formatEnergy,
  formatProbability,
  formatShape,
  formatShare,
  formatWhole,
  threeDigits,
  words,
} from './format.js';
import { fullName, shortName } from './names.js';
import type { Model } from './protocol.js';

export function explainLayer(index: number, { model, frame, energyModel }: Situation): Explanation {
  const { shape, neurons, synapses, lambda, threshold, connections, name } = model.layers[index]!;
  const spikes = frame?.layerSpikes[index] ?? 0;
  const operations = frame?.layerOperations[index] ?? 0;
  const share = frame?.timesteps ? spikes / neurons / frame.timesteps : 0;
  const energy =
    (operations * energyModel.picojoulesPerSynapticOperation +
      spikes * energyModel.picojoulesPerSpike +
      neurons * (frame?.timesteps ?? 0) * (energyModel.picojoulesPerNeuronUpdate ?? 0)) /
    1e9;
  const inputs = connections.map(({ kind, source, kernel, stride }) => {
    const from = source < 0 ? 'the image' : sourceName(model, source);
    if (kind === 'per-channel') return `unchanged from ${from}`;
    if (kind === 'dense') return `all of ${from}`;
    const window = `${kernel} × ${kernel}${kind === 'depthwise' ? ' depthwise' : ''}`;
    return `${window}${stride > 1 ? `, stride ${stride},` : ''} from ${from}`;
  });
  const image = connections.some(({ source }) => source < 0);
  return {
    title: fullName(model, index),
    reference: 'eqs. (5)–(8)',
    paragraphs: [
      image
        ? 'Receives the picture as the same current at every timestep and turns it into spikes. The most intense pixels are where many channels spike; the depth of the box is its channels.'
        : 'Spikes that arrive add their weights to the membrane potential; above the threshold the neuron spikes and the threshold is subtracted.',
    ],
    facts: [
      ['Spikes so far', formatCount(spikes)],
      ['Neurons that spike', `${formatShare(share)} a timestep`],
      ['Synaptic operations', formatCount(operations)],
      ['Energy so far', formatEnergy(energy)],
      ['λ: activation at rate 1', threeDigits(lambda)],
      ['Threshold', `${formatCount(threshold[0])} to ${formatCount(threshold[1])}`],
      ['Neurons', formatWhole(neurons)],
      ['Synapses', formatCount(synapses)],
      ['Input', inputs.join('; ')],
      ['Layer', `${name}, ${formatShape(shape)}`],
    ],
  };
}

function sourceName(model: Model, source: number): string {
  const name = shortName(model, source);
  return /^conv( \d+)?$/.test(name) ? `its ${name}` : name === 'stem' ? 'the stem' : name;
}

export function explainHead(index: number, { model, frame, settings }: Situation): Explanation {
  const { name, layer, synapses, lambda, priorStrength } = model.heads[index]!;
  const final = index === model.heads.length - 1;
  const chosen = settings.head === name;
  const guess = final ? frame?.final : chosen ? frame?.early : null;
  const counts = final ? frame?.finalCounts : chosen ? frame?.headCounts : null;
  const facts: [string, string][] = [
    ['After', shortName(model, layer)],
    ['Synapses', formatCount(synapses)],
    ['λ, activation at rate 1', threeDigits(lambda)],
  ];
  if (!final) facts.push(['Fitted prior strength P', threeDigits(priorStrength)]);
  if (guess && counts && frame) {
    facts.push(['Says', guess.rate > 0 ? words(guess.label) : 'nothing yet']);
    facts.push(['Spikes of that class', `${counts[guess.index]} in ${frame.timesteps} timesteps`]);
    facts.push(['Probability, by itself', formatProbability(guess.probability)]);
  }
  return {
    title: final ? 'Final prediction' : `Internal head ${name}`,
    reference: final ? 'eq. (10)' : 'eqs. (15)–(18)',
    paragraphs: final
      ? [
          `One output neuron for each of the ${model.labels.length} classes. A spike of ${shortName(model, layer)} adds its weights to all of them; they fire by the same rule as every other neuron.`,
        ]
      : [
          `An early guess from inside the network: global average pooling and one fully connected layer, whose ${model.labels.length} output neurons spike too.`,
          chosen
            ? 'Its firing rates are the prior of the final prediction’s.'
            : 'Not simulated now. Choose it to make its firing rates the prior of the final prediction’s.',
        ],
    facts,
  };
}
