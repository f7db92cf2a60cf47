/** Sorts class indices by rank: heapsort, which needs no memory and no recursion. */
import { ranksBefore } from './rank';

/** Fills u32 [count] at `ranking` with 0 to count - 1, the best first. */
export function sortClasses(ranking: usize, count: i32): void {
  for (let index = 0; index < count; index++) store<u32>(ranking + (<usize>index << 2), index);
  for (let root = (count >> 1) - 1; root >= 0; root--) sink(ranking, root, count);
  for (let end = count - 1; end > 0; end--) {
    const worst = at(ranking, 0);
    put(ranking, 0, at(ranking, end));
    put(ranking, end, worst);
    sink(ranking, 0, end);
  }
}

/** Moves an element down until no child ranks behind it: the worst rises to the top. */
function sink(ranking: usize, root: i32, end: i32): void {
  const element = at(ranking, root);
  for (;;) {
    let child = 2 * root + 1;
    if (child >= end) break;
    if (child + 1 < end && ranksBefore(at(ranking, child), at(ranking, child + 1))) child++;
    if (!ranksBefore(element, at(ranking, child))) break;
    put(ranking, root, at(ranking, child));
    root = child;
  }
  put(ranking, root, element);
}

// @ts-ignore: decorator
@inline
function at(ranking: usize, index: i32): i32 {
  return load<i32>(ranking + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
function put(ranking: usize, index: i32, element: i32): void {
  store<i32>(ranking + (<usize>index << 2), element);
}
