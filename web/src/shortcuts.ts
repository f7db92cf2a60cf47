/** Keyboard shortcuts of the page, and the list of them. A key that the focused element uses itself stays its own. */
import { create, element } from './dom.js';

export interface Shortcut {
  /** `KeyboardEvent.key`. */
  readonly key: string;
  /** As shown; '' to leave it out of the list. */
  readonly shown: string;
  readonly does: string;
  run(): void;
}

/** Elements that use arrow keys, letters or digits themselves. */
const TYPING = 'input:not([type=checkbox]), select, textarea, dialog, [role=toolbar]';

export function listenToShortcuts(shortcuts: readonly Shortcut[]): void {
  const dialog = element('#help-dialog', HTMLDialogElement);
  const on = element('#shortcuts-on', HTMLInputElement);
  element('#help', HTMLButtonElement).addEventListener('click', () => dialog.showModal());
  element('#help-close', HTMLButtonElement).addEventListener('click', () => dialog.close());
  const list = element('#shortcuts', HTMLElement);
  for (const { shown, does } of shortcuts.filter(({ shown }) => shown !== '')) {
    const row = create('div');
    const term = create('dt');
    term.append(create('kbd', '', shown));
    row.append(term, create('dd', '', does));
    list.append(row);
  }
  document.addEventListener('keydown', (event) => {
    if (!on.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    const shortcut = shortcuts.find(({ key }) => key === event.key);
    if (shortcut === undefined || taken(event.target, event.key)) return;
    event.preventDefault();
    shortcut.run();
  });
}

function taken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (key === ' ' && target.closest('button, a, input, select') !== null) return true;
  return target.closest(TYPING) !== null;
}
