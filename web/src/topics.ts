/** What there is to say about each thing on the page, from the model and the run as it stands. */
import { timestepWeight } from '../../src/fusion/evidence.js';
import type { Explanation, Situation } from './explanation.js';
import {
  formatCount,
  formatEnergy,
  formatMilliseconds,
  formatProbability,
  formatShare,
  formatWhole,
  threeDigits,
} from './format.js';
import type { Frame, Settings } from './protocol.js';
import { explainHead, explainLayer } from './topic-parts.js';

/** @param topic - the `data-explain` of an element: a name, or "layer:INDEX" or "head:INDEX" */
export function explain(topic: string, situation: Situation): Explanation {
  const [kind, index] = topic.split(':');
  if (kind === 'layer') return explainLayer(Number(index), situation);
  if (kind === 'head') return explainHead(Number(index), situation);
  return (TOPICS[topic] ?? TOPICS.overview!)(situation);
}

const TOPICS: Readonly<Record<string, (situation: Situation) => Explanation>> = {
  overview: ({ model }) => ({
    title: 'What you see',
    reference: 'Akagi & Awano 2021',
    paragraphs: [
      `${formatWhole(model.neurons)} neurons in ${model.layers.length} populations that talk in spikes, running in this page. Every coloured point is spikes that were just computed; nothing is a recording.`,
      'The picture flows through them to the final prediction. An early guess from inside becomes the prior, so that fewer spikes are enough for an answer.',
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
      ...weighted(settings),
    ],
    facts: [
      ['Prior strength P', settings.head === null ? 'none' : threeDigits(priorStrength)],
      ['Timesteps N', countedTimesteps(settings, frame)],
      ['Prior’s share of the estimate', formatShare(priorShare(priorStrength, frame))],
    ],
  }),
  posterior: ({ settings }) => ({
    title: 'Posterior of the firing rates',
    reference: 'eqs. (13), (14)',
    paragraphs: [
      'The bar is the estimated firing rate of a class, the posterior’s mean: (P·μ̂ + M) / (P + N). It ranks the classes.',
      'The whisker is the 95 % credible interval. The marks on the same axis are what the internal head (diamond) and the final prediction (line) say by themselves.',
      ...weighted(settings),
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
    reference: 'portable/highest.ts',
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
      `One of ${model.heads.length - 1} internal heads. Later heads know more and come with a stronger prior; only the chosen one is simulated and paid for. Starts the run again.`,
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
  forgetting: ({ settings, frame, model }) => ({
    title: 'Forgetting',
    reference: 'the paper has k = 0; Shamir & Zhang 2013, eq. (4)',
    paragraphs: [
      'The first timesteps mislead: until firing rates in the deep layers have settled, output neurons fire at rates that are not theirs. Counted like all others, those mistakes wear off only as 1/N.',
      'With forgetting k, timestep t counts as t^k: μ_j = Σ t^k·s_j(t) / Σ t^k, where s_j(t) is 1 if class j fired. Early mistakes wear off as 1/N^(k+1). The price: such a rate is known only as well as from (Σ t^k)² / Σ t^2k timesteps counted alike, and intervals get wider. Moving it weighs the same spikes anew.',
    ],
    facts: [
      ['k', `${settings.forgetting} (default ${model.defaults.forgetting})`],
      ['Timesteps N', countedTimesteps(settings, frame)],
      [
        'First quarter of them',
        frame?.timesteps ? `${firstQuarter(frame, settings.forgetting)} of the weight` : '–',
      ],
    ],
  }),
  propagation: () => ({
    title: 'Propagation',
    reference: 'eq. (5)',
    paragraphs: [
      'Synchronous: a spike crosses the whole network within its timestep. Pipelined: one layer a timestep, eq. (5) to the letter; the first output spikes then come some twenty timesteps late. Starts the run again.',
    ],
    facts: [],
  }),
  'stop-when-sure': ({ settings, frame }) => ({
    title: 'Stop when sure',
    reference: 'eqs. (14), (18)',
    paragraphs: [
      'The run ends once the leading class has the highest firing rate with this posterior probability, at the earliest after 16 timesteps. Most pictures need far fewer timesteps than the hardest, so this saves energy.',
      'It is how settled the answer is, and not how often such answers are right: a network can be sure and wrong.',
    ],
    facts: [
      ['Stops at', settings.stopWhenSure === null ? 'nothing' : `${100 * settings.stopWhenSure} %`],
      ['Sure now', frame === null ? '–' : formatProbability(frame.predictions[0]!.probability)],
    ],
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
  return frame === null || strength === 0 ? 0 : strength / (strength + frame.evidence.timesteps);
}

/** What M and N are where timesteps do not count alike. */
function weighted({ forgetting }: Settings): string[] {
  return forgetting === 0
    ? []
    : [
        `M and N are weighted: with forgetting k = ${forgetting}, timestep t counts as t^${forgetting}, so that what was fired before rates had settled wears off.`,
      ];
}

function countedTimesteps({ forgetting }: Settings, frame: Frame | null): string {
  const { timesteps, evidence } = frame ?? { timesteps: 0, evidence: { timesteps: 0 } };
  return forgetting === 0 ? String(timesteps) : `${timesteps}, count as ${threeDigits(evidence.timesteps)}`;
}

/** Share of the weight that the first quarter of the timesteps has. */
function firstQuarter({ timesteps }: Frame, forgetting: number): string {
  let [early, total] = [0, 0];
  for (let timestep = 1; timestep <= timesteps; timestep++) {
    const weight = timestepWeight(timestep, forgetting);
    total += weight;
    if (4 * timestep <= timesteps) early += weight;
  }
  return formatShare(early / total);
}
