/** The page's elements, found once and checked to be there. */

/** @throws Error where index.html has no such element of this kind */
export function element<Kind extends Element>(selector: string, kind: new () => Kind): Kind {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** A new element with a class and a text. */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = '',
  text = '',
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** Writes only what changed, so that nothing is laid out anew sixty times a second for the same text. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
