/** `summary.md`: the paper's numbers, this network's and the difference, as Markdown tables. */
import { DEFAULT_ENERGY_MODEL } from '../energy.js';
import type { Results, TargetEnergy } from '../evaluation/results.js';
import { figureCaptions } from './captions.js';
import { PAPER } from './paper.js';
import { bestFused, curvesOf, energyReached, fusedTargets, RULE_NAMES, targetOf } from './select.js';
import {
  headName,
  MINUS,
  millijoules,
  millijoulesInterval,
  percent,
  percentInterval,
  points,
  signed,
  unreached,
} from './words.js';

const NONE = '\u2013';

/** The text of the summary; intervals are 95 %. */
export function summary(results: Results): string {
  const { model } = results;
  return `${[
    `# ${escaped(model.name)} beside the paper`,
    ...settings(results),
    '## Headline',
    table(['', 'Paper', 'Here', 'Difference'], headline(results)),
    '## Fused with every head',
    `Energy of an image to reach the target, and its saving against FP alone. ${NONE} stands where the paper's text ` +
      'gives no number, or nothing can be compared. "Not reliably": more than 2.5 % of the resamples do not reach the ' +
      'target within the run, so that there is no interval.',
    table(
      ['Head', 'Strength', 'Paper', 'Here', 'Difference', 'Paper, saving', 'Here, saving', 'Difference'],
      [...fusedTargets(results).map((target) => headRow(results, target)), paperRow()],
    ),
    '## Figures',
    ...[...figureCaptions(results)].map(([name, caption]) => `**${name}** ${escaped(caption)}`),
  ].join('\n\n')}\n`;
}

function settings(results: Results): string[] {
  const { created, data, settings: run, model } = results;
  return [
    `${data.images.toLocaleString('en-US')} images of the ${data.split} split${data.mirrored ? ', mirrored left to right' : ''}; ` +
      `${run.timesteps} timesteps, ${run.propagation} propagation, membrane potentials start at ` +
      `${run.initialPotential} thresholds. ${fitSentence(data)}Energy is ` +
      `${DEFAULT_ENERGY_MODEL.picojoulesPerSynapticOperation} pJ per synaptic operation ` +
      `(${DEFAULT_ENERGY_MODEL.name}). Numbers in brackets are 95 % bootstrap intervals over images.`,
    `The paper: Akagi and Awano, Low Energy Inference of Spiking Neural Network via Bayesian Fusion, DA Symposium 2021.`,
    `snnwasm ${escaped(created.snnwasm)}: ${escaped(created.command)}  \nmodel SHA-256 ${model.sha256}  \n` +
      `data SHA-256 ${data.sha256}`,
  ];
}

function fitSentence({ fitImages, fitOcclusion }: Results['data']): string {
  if (fitImages === 0) return '';
  const covered =
    fitOcclusion > 0 ? `, a square of up to ${fitOcclusion} x ${fitOcclusion} pixels of each covered` : '';
  return `Strengths were fitted on ${fitImages.toLocaleString('en-US')} training images${covered}. `;
}

type Row = readonly string[];

function headline(results: Results): Row[] {
  const { ann, targetAccuracy } = results;
  const best = bestFused(results);
  const bestTarget = best && targetOf(results, best);
  const final = targetOf(results, { kind: 'final', head: null, rule: null });
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
    ['FP alone, energy to the target', ...energyCells(results, PAPER.final.millijoules, final)],
    ...(best && bestTarget
      ? [
          [
            `Best fused (paper: IP(b), here: ${nameOf(best)}), energy`,
            ...energyCells(results, PAPER.b.millijoules, bestTarget),
          ],
          [`Best fused, saving`, ...savingCells(results, PAPER.b.saving, bestTarget)],
        ]
      : []),
    ...truncatedRows(results),
  ];
}

/** Networks cut where the paper's (b) is: they level off, so their last row is what the paper speaks of. */
function truncatedRows(results: Results): Row[] {
  const cut = curvesOf(results, 'truncated').filter(({ block }) => block === PAPER.b.block);
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

function headRow(results: Results, target: TargetEnergy): Row {
  const paper = target.block === PAPER.b.block ? PAPER.b : null;
  return [
    `${nameOf(target)}${paper ? `, the paper's ${paper.name}` : ''}`,
    target.rule === null ? NONE : RULE_NAMES[target.rule],
    ...energyCells(results, paper?.millijoules ?? null, target),
    ...savingCells(results, paper?.saving ?? null, target),
  ];
}

function paperRow(): Row {
  const { name, millijoules: energy, saving } = PAPER.a;
  const place = `the paper's ${name}, whose place its text does not state`;
  return [place, NONE, `${millijoules(energy)} mJ`, NONE, NONE, percent(saving), NONE, NONE];
}

/** The paper's energy, this network's, and by how much it differs. */
function energyCells(results: Results, paper: number | null, target: TargetEnergy | undefined): Row {
  const energy = target?.energyMillijoules ?? null;
  const reached = target ? energyReached(results, target) : null;
  const uncertain = reached === null ? unreached(target) : `about ${millijoules(reached)} mJ, not reliably`;
  return [
    paper === null ? NONE : `${millijoules(paper)} mJ`,
    energy === null ? uncertain : millijoulesInterval(energy),
    paper === null || energy === null ? NONE : `${signed(100 * (energy.value / paper - 1), 0)} %`,
  ];
}

function savingCells(results: Results, paper: number | null, target: TargetEnergy): Row {
  const { saving } = target;
  const final = targetOf(results, { kind: 'final', head: null, rule: null });
  const [alone, fused] = [final ? energyReached(results, final) : null, energyReached(results, target)];
  const uncertain = alone === null || fused === null ? NONE : `about ${percent(1 - fused / alone)}`;
  return [
    paper === null ? NONE : percent(paper),
    saving === null ? uncertain : percentInterval(saving),
    paper === null || saving === null ? NONE : difference(saving.value, paper),
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
