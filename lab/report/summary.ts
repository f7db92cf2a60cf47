/** `summary.md`: the paper's numbers, this network's and the difference, as Markdown tables. */
import { DEFAULT_ENERGY_MODEL } from '../../src/run/energy.js';
import type { Results, TargetEnergy } from '../evaluation/results.js';
import { type FigureFormat, figureCaptions } from './captions.js';

import { BASELINE, finalAlone, withIdentity } from './identity.js';
import { PAPER, type PaperEnergy } from './paper.js';
import {
  bestFused,
  curvesOf,
  forgettingOf,
  forgettingsOf,
  fusedTargets,
  type Reached,
  RULE_NAMES,
  reachedEnergy,
  reachedSaving,
  rulesOf,
  savingAgainst,
} from './select.js';
import {
  headName,
  hedge,
  MINUS,
  millijoules,
  millijoulesInterval,
  percent,
  percentInterval,
  points,
  signed,
  unreached,
  weightOf,
} from './words.js';

const NONE = '\u2013';

/**
 * The text of the summary; intervals are 95 %.
 *
 * @param format - of the figures beside it
 */
export function summary(results: Results, format: FigureFormat = 'svg'): string {
  const { model } = results;
  return `${[
    `# ${escaped(model.name)} beside the paper`,
    ...settings(results),
    '## Headline',
    table(['', 'Paper', 'Here', 'Difference'], headline(results)),
    ...caution(results),
    '## Fused with every head',
    `Energy of an image to reach the target, and its saving against FP alone as in the paper (k = 0). ${NONE} stands ` +
      "where the paper's text gives no number, or nothing can be compared. " +
      '"Not reliably": more than 2.5 % of the resamples do not reach the ' +
      'target within the run, so that there is no interval. Where FP alone (or a resample of it) does not reach it, ' +
      'the energy of its whole run stands in its place, so that savings are at least what is said.',
    table(
      ['Head', 'k', 'Strength', 'Paper', 'Here', 'Difference', 'Paper, saving', 'Here, saving', 'Difference'],
      [...headRows(results), paperRow()],
    ),
    '## Figures',
    ...[...figureCaptions(results, format)].map(([name, caption]) => `**${name}** ${escaped(caption)}`),
  ].join('\n\n')}\n`;
}

function settings(results: Results): string[] {
  const { created, data, settings: run, model } = results;
  return [
    `${data.images.toLocaleString('en-US')} images of the ${data.split} split${data.mirrored ? ', mirrored left to right' : ''}; ` +
      `${run.timesteps} timesteps, ${run.propagation} propagation, membrane potentials start at ` +
      `${run.initialPotential} thresholds. ${forgettingSentence(results)}${fitSentence(results)}Energy is ` +
      `${DEFAULT_ENERGY_MODEL.picojoulesPerSynapticOperation} pJ per synaptic operation ` +
      `(${DEFAULT_ENERGY_MODEL.name}). Numbers in brackets are 95 % bootstrap intervals over images.`,
    `The paper: Akagi and Awano, Low Energy Inference of Spiking Neural Network via Bayesian Fusion, DA Symposium 2021.`,
    `snnwasm ${escaped(created.snnwasm)}: ${escaped(created.command)}  \nmodel SHA-256 ${model.sha256}  \n` +
      `data SHA-256 ${data.sha256}`,
  ];
}

/** Whether k was fitted, results say nowhere but in their command. */
const COMMAND_FORGETTING = /--forgetting (auto|\d+)/;
const isForgettingFitted = ({ created }: Results): boolean =>
  COMMAND_FORGETTING.exec(created.command)?.[1] === 'auto';

function forgettingSentence(results: Results): string {
  const forgetting = forgettingOf(results);
  if (forgetting !== null) {
    return (
      `With forgetting, the spikes of timestep t count as ${weightOf(forgetting)}, k = ${forgetting}; in the paper all ` +
      'timesteps count alike, k = 0. '
    );
  }
  return isForgettingFitted(results)
    ? 'All timesteps count alike, as in the paper: the k fitted is 0. '
    : 'All timesteps count alike, k = 0, as in the paper. ';
}

function fitSentence(results: Results): string {
  const { fitImages, fitOcclusion } = results.data;
  const rules = forgettingsOf(results).flatMap((forgetting) => rulesOf(results, forgetting));
  const strengths = rules.some((rule) => rule !== 'fixed');
  const fitted = isForgettingFitted(results)
    ? strengths
      ? 'Strengths and k were'
      : 'The k was'
    : strengths
      ? 'Strengths were'
      : '';
  if (fitImages === 0 || fitted === '') return '';
  const covered =
    fitOcclusion > 0 ? `, a square of up to ${fitOcclusion} x ${fitOcclusion} pixels of each covered` : '';
  return `${fitted} fitted on ${fitImages.toLocaleString('en-US')} training images${covered}. `;
}

type Row = readonly string[];

function headline(results: Results): Row[] {
  const { ann, targetAccuracy } = results;
  const forgetting = forgettingOf(results);
  return [
    [
      'ANN, accuracy',
      percent(PAPER.annAccuracy),
      percentInterval(ann.accuracy),
      difference(ann.accuracy.value, PAPER.annAccuracy),
    ],
    [
      `Target, ANN ${MINUS} 1 %`,
      percent(PAPER.targetAccuracy),
      percent(targetAccuracy),
      difference(targetAccuracy, PAPER.targetAccuracy),
    ],
    [
      "FP alone (the paper's baseline), energy to the target",
      ...energyCells(results, PAPER.final.millijoules, withIdentity(results.targets, BASELINE)),
    ],
    ...bestRows(results, 0, 'Best fused (paper: IP(b), here: ', PAPER.b),
    ...(forgetting === null ? [] : forgettingRows(results, forgetting)),
    ...truncatedRows(results),
  ];
}

/** What a reader of the headline must know, where something is fused. */
function caution(results: Results): string[] {
  if (bestFused(results, 0) === undefined) return [];
  const added =
    forgettingOf(results) === null
      ? ''
      : ' What fusion adds to forgetting has no interval: see those of the two energies that it compares.';
  return [`"Best" is the best on these very images, so it is a little too good.${added}`];
}

/** What forgetting saves alone, with fusion, and what fusion adds to it; the paper has none of it. */
function forgettingRows(results: Results, forgetting: number): Row[] {
  const final = withIdentity(results.targets, finalAlone(forgetting));
  const best = bestFused(results, forgetting);
  const added = savingAgainst(results, best && withIdentity(results.targets, best), final);
  const name = `with forgetting, k = ${forgetting}`;
  return [
    [`FP alone ${name}, energy`, ...energyCells(results, null, final)],
    [`FP alone ${name}, saving`, ...savingCells(results, null, final)],
    ...bestRows(results, forgetting, `Best fused ${name} (here: `, null),
    ...(best === undefined
      ? []
      : [
          [
            `What fusion adds: best fused against FP alone, both k = ${forgetting}, saving`,
            NONE,
            added === null ? NONE : `about ${percent(added)}`,
            NONE,
          ],
        ]),
  ];
}

/** Energy and saving of the best fused head with this k. */
function bestRows(results: Results, forgetting: number, title: string, paper: PaperEnergy | null): Row[] {
  const best = bestFused(results, forgetting);
  const target = best && withIdentity(results.targets, best);
  if (target === undefined) return [];
  const name = `${title}${nameOf(target)})`;
  return [
    [`${name}, energy`, ...energyCells(results, paper?.millijoules ?? null, target)],
    [`${name}, saving`, ...savingCells(results, paper?.saving ?? null, target)],
  ];
}

/** Networks cut where the paper's (b) is: they level off, so their last row is what the paper speaks of. */
function truncatedRows(results: Results): Row[] {
  const cut = curvesOf(results, { kind: 'truncated', forgetting: 0 }).filter(
    ({ block }) => block === PAPER.b.block,
  );
  return cut.map((curve) => {
    const end = curve.accuracy.at(-1)!;
    return [
      `Cut behind IP(b), here ${nameOf(curve)}, accuracy in the end`,
      `about ${100 * PAPER.truncatedAccuracy} %`,
      percentInterval(end),
      difference(end.value, PAPER.truncatedAccuracy),
    ];
  });
}

/** In the order of blocks, and of one head the paper's method first. */
function headRows(results: Results): Row[] {
  return forgettingsOf(results)
    .flatMap((forgetting) => fusedTargets(results, forgetting))
    .sort((a, b) => a.block - b.block)
    .map((target) => headRow(results, target));
}

function headRow(results: Results, target: TargetEnergy): Row {
  const paper = target.block === PAPER.b.block ? PAPER.b : null;
  return [
    `${nameOf(target)}${paper ? `, the paper's ${paper.name}` : ''}`,
    String(target.forgetting),
    target.rule === null ? NONE : RULE_NAMES[target.rule],
    ...energyCells(results, paper?.millijoules ?? null, target),
    ...savingCells(results, paper?.saving ?? null, target),
  ];
}

function paperRow(): Row {
  const { name, millijoules: energy, saving } = PAPER.a;
  const place = `the paper's ${name}, whose place its text does not state`;
  return [place, '0', NONE, `${millijoules(energy)} mJ`, NONE, NONE, percent(saving), NONE, NONE];
}

/** The paper's energy, this network's, and by how much it differs. */
function energyCells(results: Results, paper: number | null, target: TargetEnergy | undefined): Row {
  const energy = reachedEnergy(results, target);
  return [
    paper === null ? NONE : `${millijoules(paper)} mJ`,
    energy === null ? unreached(target) : energyText(energy),
    paper === null || !energy?.interval ? NONE : `${signed(100 * (energy.value / paper - 1), 0)} %`,
  ];
}

const energyText = ({ value, interval }: Reached): string =>
  interval === null ? `about ${millijoules(value)} mJ, not reliably` : millijoulesInterval(interval);

function savingCells(results: Results, paper: number | null, target: TargetEnergy | undefined): Row {
  const saving = reachedSaving(results, target);
  return [
    paper === null ? NONE : percent(paper),
    saving === null
      ? NONE
      : `${hedge(saving)}${saving.interval === null ? percent(saving.value) : percentInterval(saving.interval)}`,
    paper === null || !saving?.interval ? NONE : difference(saving.value, paper),
  ];
}

const difference = (here: number, paper: number): string => `${points(here - paper)} points`;

const nameOf = ({ head, block }: Pick<TargetEnergy, 'head' | 'block'>): string =>
  escaped(headName(head, block));

function table(header: Row, rows: readonly Row[]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Text from the file, so that nothing in it is Markdown or HTML. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>|&#~]/g, '\\$&');
}
