/** Which curves the two figures of accuracy against energy show, and how: colour says what answers, dashes that k = 0. */
import type { Curve, Results } from '../evaluation/results.js';
import { BASELINE, finalAlone, withIdentity } from './identity.js';
import { bestFused, curvesOf } from './select.js';
import { COLOUR, type LineStyle } from './style.js';
import { headName } from './words.js';

/** A curve with the way it is drawn; the intervals of thin lines are left out, as they would hide the others. */
export interface Drawn {
  readonly curve: Curve;
  readonly style: LineStyle;
  readonly band: boolean;
  /** The head's name is written beside it. */
  readonly named: boolean;
  /** In the legend, where lines that say the same are one. */
  readonly label: string;
}

/** For the legend, of fused curves. */
interface FusedLabels {
  best(name: string): string;
  readonly others: string;
}

const FINAL: LineStyle = { colour: COLOUR.blue, width: 2 };
const FUSED: LineStyle = { colour: COLOUR.green, width: 2 };
const FUSED_OTHER: LineStyle = { colour: COLOUR.green, width: 0.7 };
const CUT: LineStyle = { colour: COLOUR.orange, width: 2 };
const CUT_OTHER: LineStyle = { colour: COLOUR.orange, width: 0.9 };
const DASH = [5, 2.5];

/** Figure 4: the paper's method, in the order of the legend. */
export function paperLines(results: Results): Drawn[] {
  const best = bestFused(results, 0);
  const cut = curvesOf(results, { kind: 'truncated', forgetting: 0 });
  return [
    {
      curve: withIdentity(results.curves, BASELINE)!,
      style: FINAL,
      band: true,
      named: false,
      label: 'FP alone',
    },
    ...fusedLines(results, best, {
      best: (name) => `FP fused with ${name}`,
      others: 'FP fused with each other head',
    }),
    ...bestFirst(cut, ({ head }) => head === best?.head).map((curve) =>
      curve.head === best?.head
        ? { curve, style: CUT, band: true, named: true, label: `Cut behind ${nameOf(curve)}` }
        : { curve, style: CUT_OTHER, band: false, named: true, label: 'Cut behind each other head' },
    ),
  ];
}

/** The same with forgetting k > 0, beside the best of the paper's method; in the order of the legend. */
export function forgettingLines(results: Results, forgetting: number): Drawn[] {
  const [best, paperBest] = [bestFused(results, forgetting), bestFused(results, 0)];
  const suffix = `, k = ${forgetting}`;
  const plain = { band: false, named: false };
  const [baseline, final] = [BASELINE, finalAlone(forgetting)].map(
    (identity) => withIdentity(results.curves, identity)!,
  ) as [Curve, Curve];
  const cut = curvesOf(results, { kind: 'truncated', forgetting }).filter(({ head }) => head === best?.head);
  return [
    { curve: baseline, style: { ...FINAL, dash: DASH }, ...plain, label: 'FP alone, k = 0' },
    ...(paperBest === undefined
      ? []
      : [
          {
            curve: paperBest,
            style: { ...FUSED, width: 1.4, dash: DASH },
            ...plain,
            label: `Fused with ${nameOf(paperBest)}, k = 0`,
          },
        ]),
    { curve: final, style: FINAL, band: true, named: false, label: `FP alone${suffix}` },
    ...fusedLines(results, best, {
      best: (name) => `Fused with ${name}${suffix}`,
      others: `Fused, each other head${suffix}`,
    }),
    ...cut.map((curve) => {
      return { curve, style: CUT, band: true, named: true, label: `Cut behind ${nameOf(curve)}${suffix}` };
    }),
  ];
}

/** Every head by the rule of the best one, whose label holds its name. */
function fusedLines(results: Results, best: Curve | undefined, labels: FusedLabels): Drawn[] {
  if (best === undefined) return [];
  const { forgetting, rule } = best;
  const fused = curvesOf(results, { kind: 'fused', forgetting, rule });
  return bestFirst(fused, (curve) => curve === best).map((curve) =>
    curve === best
      ? { curve, style: FUSED, band: true, named: true, label: labels.best(nameOf(curve)) }
      : { curve, style: FUSED_OTHER, band: false, named: true, label: labels.others },
  );
}

const nameOf = ({ head, block }: Curve): string => headName(head, block);

function bestFirst(curves: readonly Curve[], isBest: (curve: Curve) => boolean): Curve[] {
  return [...curves.filter(isBest), ...curves.filter((curve) => !isBest(curve))];
}
