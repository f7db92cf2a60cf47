/** What there is to say about each thing on the page, from the model and the run as it stands. */
import type { EnergyModel } from '../../src/index.js';
import {
  formatCount,
  formatEnergy,
  formatMilliseconds,
  formatProbability,
  formatShape,
  formatShare,
  formatWhole,
  threeDigits,
  words,
} from './format.js';
import { fullName, shortName } from './names.js';
import type { Frame, Model, Settings } from './protocol.js';

/** What an explanation may speak of. */
export interface Situation {
  readonly model: Model;
  readonly frame: Frame | null;
  readonly settings: Settings;
  readonly timesteps: number;
  /** P in use. */
  readonly priorStrength: number;
  readonly energyModel: EnergyModel;
  readonly annModel: EnergyModel;
  readonly spent: number;
  readonly ann: number;
  readonly settledSince: number | null;
}

export interface Explanation {
  readonly title: string;
  /** Equation or source, or ''. */
  readonly reference: string;
  readonly paragraphs: readonly string[];
  readonly facts: readonly (readonly [string, string])[];
}

/** @param topic - the `data-explain` of an element: a name, or "layer:INDEX" or "head:INDEX" */
export function explain(topic: string, situation: Situation): Explanation {
  const [kind, index] = topic.split(':');
  if (kind === 'layer') return layer(Number(index), situation);
  if (kind === 'head') return head(Number(index), situation);
  return (TOPICS[topic] ?? TOPICS.overview!)(situation);
}

function layer(index: number, { model, frame, energyModel }: Situation): Explanation {
  const { shape, neurons, synapses, lambda, threshold, connections, name } = model.layers[index]!;
  const spikes = frame?.layerSpikes[index] ?? 0;
  const operations = frame?.layerOperations[index] ?? 0;
  const share = frame?.timesteps ? spikes / neurons / frame.timesteps : 0;
  const energy =
    (operations * energyModel.picojoulesPerSynapticOperation + spikes * energyModel.picojoulesPerSpike) / 1e9;
  const inputs = connections.map(({ source, kernel, stride }) => {
    const from = source < 0 ? 'the image' : sourceName(model, source);
    if (kernel === 0) return `unchanged from ${from}`;
    return `${kernel} × ${kernel}${stride > 1 ? `, stride ${stride},` : ''} from ${from}`;
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
  return name.startsWith('conv') ? `its ${name}` : name === 'stem' ? 'the stem' : name;
}

function head(index: number, { model, frame, settings }: Situation): Explanation {
  const { name, block, synapses, lambda, priorStrength } = model.heads[index]!;
  const final = index === model.heads.length - 1;
  const chosen = settings.head === name;
  const guess = final ? frame?.final : chosen ? frame?.early : null;
  const counts = final ? frame?.finalCounts : chosen ? frame?.headCounts : null;
  const facts: [string, string][] = [
    ['After', `block ${block}`],
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
          'One output neuron for each of the 100 classes. A spike of the last block adds its weights to all of them; they fire by the same rule as every other neuron.',
        ]
      : [
          'An early guess from inside the network: global average pooling and one fully connected layer, whose 100 output neurons spike too.',
          chosen
            ? 'Its firing rates are the prior of the final prediction’s.'
            : 'Not simulated now. Choose it to make its firing rates the prior of the final prediction’s.',
        ],
    facts,
  };
}

const TOPICS: Readonly<Record<string, (situation: Situation) => Explanation>> = {
  overview: ({ model }) => ({
    title: 'What you see',
    reference: 'Akagi & Awano 2021',
    paragraphs: [
      `A ResNet-18 of ${formatWhole(model.neurons)} neurons that talk in spikes, running in this page. Every coloured point is spikes that were just computed; nothing is a recording.`,
      'The picture flows through eight blocks to the final prediction. An early guess from inside becomes the prior, so that fewer spikes are enough for an answer.',
      'Point at anything, or touch it, and this panel says what it is.',
    ],
    facts: [
      ['Neurons', formatWhole(model.neurons)],
      ['Synapses', formatCount(model.synapses)],
      ['Classes', String(model.labels.length)],
    ],
  }),
  image: ({ model }) => ({
    title: 'The picture, as the network sees it',
    reference: '',
    paragraphs: [
      `The largest centred square of your picture, scaled to ${model.input.width} × ${model.input.height} pixels: that is all the network gets. It never leaves this page.`,
      'Colours are normalised with the mean and deviation of the training images, and drive the first layer as a constant current.',
    ],
    facts: [['Multiply-accumulates, once a picture', formatCount(model.analogMultiplyAccumulates)]],
  }),
  fusion: ({ settings, priorStrength, frame }) => ({
    title: 'Fusion',
    reference: 'eqs. (11)–(18)',
    paragraphs: [
      settings.head === null
        ? 'No head is the prior: the final prediction’s firing rates stand alone, M / N.'
        : `Bayes’ rule for every class: the prior Beta(P·μ̂, P·(1 − μ̂)) has head ${settings.head}’s firing rate μ̂ as its mean and weighs as much as P timesteps. M spikes in N timesteps of the final prediction make it Beta(P·μ̂ + M, P·(1 − μ̂) + N − M).`,
    ],
    facts: [
      ['Prior strength P', settings.head === null ? 'none' : threeDigits(priorStrength)],
      ['Timesteps N', String(frame?.timesteps ?? 0)],
      ['Prior’s share of the estimate', formatShare(priorShare(priorStrength, frame))],
    ],
  }),
  posterior: () => ({
    title: 'Posterior of the firing rates',
    reference: 'eqs. (13), (14)',
    paragraphs: [
      'The bar is the estimated firing rate of a class, the posterior’s mean: (P·μ̂ + M) / (P + N). It ranks the classes.',
      'The whisker is the 95 % credible interval. The marks on the same axis are what the internal head (diamond) and the final prediction (line) say by themselves.',
    ],
    facts: [],
  }),
  guesses: ({ frame }) => ({
    title: 'Early, final and fused',
    reference: 'eqs. (10), (14)',
    paragraphs: [
      'The internal head’s guess, the final prediction’s, and the two fused. Each with its firing rate and the probability that this class fires fastest; the first two from a uniform prior.',
      'Early in a run the head is often ahead; the more timesteps, the less its prior weighs.',
    ],
    facts: frame ? [['Timestep', String(frame.timesteps)]] : [],
  }),
  answer: ({ frame, settledSince }) => ({
    title: 'The answer, and how sure it is',
    reference: 'src/fusion/highest.ts',
    paragraphs: [
      'The class with the highest estimated firing rate. The percentage is the posterior probability that it truly fires fastest of all 100.',
      'It says how settled the network’s own rates are, not how often such answers are right: on test images this network is right about three times in four.',
    ],
    facts: [
      ['Probability', frame ? formatProbability(frame.predictions[0]!.probability) : '–'],
      ['Same best class since timestep', settledSince === null ? '–' : String(settledSince)],
    ],
  }),
  plot: () => ({
    title: 'Firing rates over time',
    reference: 'eq. (14)',
    paragraphs: [
      'How the fused rates of the best classes moved, timestep by timestep; colours are those of the bars. The dotted line is the internal head’s rate for the best class.',
    ],
    facts: [],
  }),
  energy: ({ energyModel, annModel, frame, spent, ann }) => ({
    title: 'Energy',
    reference: energyModel.source,
    paragraphs: [
      energyModel.name === 'truenorth-sop'
        ? 'Every spike costs 26 pJ at every synapse that it reaches: TrueNorth’s figure, which holds the whole chip’s power. The trained network’s 4.6 pJ a multiply-accumulate holds the arithmetic alone, so the two are not the same kind of number.'
        : `${energyModel.description}. The trained network is counted by: ${annModel.description}.`,
      'The scale is logarithmic: each mark is ten times the one before.',
    ],
    facts: [
      ['Spikes', formatCount(frame?.spikes ?? 0)],
      ['Synaptic operations', formatCount(frame?.synapticOperations ?? 0)],
      ['Energy so far', formatEnergy(spent)],
      ['One dense pass, no spikes', formatEnergy(ann)],
      ['Computing time here', formatMilliseconds(frame?.milliseconds ?? 0)],
    ],
  }),
  time: ({ frame, timesteps, model }) => ({
    title: 'Time',
    reference: 'N of eq. (10)',
    paragraphs: [
      'At each timestep every neuron adds up what arrived and spikes or does not. More timesteps sharpen the rates and cost more energy. You can stop whenever the answer is sure enough.',
    ],
    facts: [
      ['Timesteps', `${frame?.timesteps ?? 0} of ${timesteps} (default ${model.defaults.timesteps})`],
      ['Computing time here', formatMilliseconds(frame?.milliseconds ?? 0)],
      ['A timestep takes', frame?.timesteps ? formatMilliseconds(frame.milliseconds / frame.timesteps) : '–'],
    ],
  }),
  'prior-head': ({ model }) => ({
    title: 'Head as the prior',
    reference: 'eqs. (15)–(18)',
    paragraphs: [
      `One of ${model.heads.length - 1} internal heads, one after each block but the last. Later heads know more and come with a stronger prior; only the chosen one is simulated and paid for. Starts the run again.`,
    ],
    facts: model.heads
      .slice(0, -1)
      .map(({ name, priorStrength }) => [`Head ${name}, fitted P`, threeDigits(priorStrength)] as const),
  }),
  'prior-strength': ({ settings, priorStrength }) => ({
    title: 'Prior strength P',
    reference: 'eq. (16)',
    paragraphs: [
      'The prior weighs as much as P timesteps of observation. At 0 it is uniform. The spikes stay the same, so moving it shows at once what the same spikes mean under another prior.',
    ],
    facts: [['P', settings.head === null ? 'no head is chosen' : threeDigits(priorStrength)]],
  }),
  propagation: () => ({
    title: 'Propagation',
    reference: 'eq. (5)',
    paragraphs: [
      'Synchronous: a spike crosses the whole network within its timestep. Pipelined: one layer a timestep, eq. (5) to the letter; the first output spikes then come some twenty timesteps late. Starts the run again.',
    ],
    facts: [],
  }),
  'initial-potential': ({ settings }) => ({
    title: 'Initial membrane potential',
    reference: 'the paper starts at 0',
    paragraphs: [
      'Where membranes start, as a fraction of the threshold. At one half, spike counts are rounded instead of cut off, and the answer comes much sooner. Starts the run again.',
    ],
    facts: [['Start', `${settings.initialPotential} of the threshold`]],
  }),
  speed: () => ({
    title: 'Speed',
    reference: '',
    paragraphs: [
      'The computation is the same at every speed: slowed, timesteps wait for their turn. In real time they run as fast as this machine computes them and draws their spikes.',
    ],
    facts: [],
  }),
};

function priorShare(strength: number, frame: Frame | null): number {
  return frame === null || strength === 0 ? 0 : strength / (strength + frame.timesteps);
}
