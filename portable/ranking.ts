/** Which class comes first. */

/**
 * Whether class `a` ranks before class `b`: by score; of equals the class with more final spikes, as those were observed
 * and not predicted; then the lower index.
 */
export function ranksBefore(scores: Doubles, counts: Doubles, a: i32, b: i32): bool {
  if (scores[a]! !== scores[b]!) return scores[a]! > scores[b]!;
  if (counts[a]! !== counts[b]!) return counts[a]! > counts[b]!;
  return a < b;
}

/** Fills `ranking` with the classes, the best first: by heapsort, which needs no memory and no recursion. */
export function rankClasses(scores: Doubles, counts: Doubles, classes: i32, ranking: Indices): void {
  for (let index: i32 = 0; index < classes; index++) ranking[index] = index;
  for (let root: i32 = (classes >> 1) - 1; root >= 0; root--) sink(scores, counts, ranking, root, classes);
  for (let end: i32 = classes - 1; end > 0; end--) {
    const worst = ranking[0]!;
    ranking[0] = ranking[end]!;
    ranking[end] = worst;
    sink(scores, counts, ranking, 0, end);
  }
}

/** Moves an element down until no child ranks behind it: the worst rises to the top. */
function sink(scores: Doubles, counts: Doubles, ranking: Indices, root: i32, end: i32): void {
  const element = ranking[root]!;
  for (let child: i32 = 2 * root + 1; child < end; child = 2 * root + 1) {
    if (child + 1 < end && ranksBefore(scores, counts, ranking[child]!, ranking[child + 1]!)) child++;
    if (!ranksBefore(scores, counts, element, ranking[child]!)) break;
    ranking[root] = ranking[child]!;
    root = child;
  }
  ranking[root] = element;
}
