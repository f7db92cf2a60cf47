/** The posterior probability that a class fires fastest of all, where the bundle keeps it (portable/highest.ts). */
import { computeHighest } from '../../portable/highest.ts';
import {
  CONFIG,
  CONFIG_CLASSES,
  CONFIG_GROUP_OF,
  CONFIG_GROUPS,
  CONFIG_PROBABILITIES,
  CONFIG_SHAPES,
} from './layout';
import './views';

/** Fills CONFIG_PROBABILITIES from CONFIG_SHAPES. */
export function computeProbabilities(): void {
  computeHighest(
    changetype<Doubles>(load<usize>(CONFIG, CONFIG_SHAPES)),
    load<i32>(CONFIG, CONFIG_CLASSES),
    changetype<Doubles>(load<usize>(CONFIG, CONFIG_GROUPS)),
    changetype<Indices>(load<usize>(CONFIG, CONFIG_GROUP_OF)),
    changetype<Doubles>(load<usize>(CONFIG, CONFIG_PROBABILITIES)),
  );
}
