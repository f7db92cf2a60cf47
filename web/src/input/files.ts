/** The ways in which a file reaches the page: chosen, dropped anywhere, or pasted. */
import { element } from '../dom.js';

/** As the command line has it. */
const LARGEST = 256 * 2 ** 20;

export interface FileListener {
  file(file: File): void;
  refused(message: string): void;
}

export function receiveFiles(listener: FileListener): void {
  const input = element('#file', HTMLInputElement);
  element('#open', HTMLButtonElement).addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    take(input.files, listener);
    // The same file may be chosen once more.
    input.value = '';
  });
  document.addEventListener('paste', (event) => {
    const target = event.target;
    if (target instanceof HTMLInputElement && target.type === 'number') return;
    if (take(event.clipboardData?.files ?? null, listener)) event.preventDefault();
    else listener.refused('what was pasted holds no picture: copy a picture, not its address');
  });
  receiveDrops(listener);
}

function receiveDrops(listener: FileListener): void {
  const cover = element('#drop', HTMLElement);
  let depth = 0;
  const show = (change: number) => {
    depth = Math.max(0, depth + change);
    cover.classList.toggle('over', depth > 0);
  };
  document.addEventListener('dragenter', () => show(1));
  document.addEventListener('dragleave', () => show(-1));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    show(-depth);
    if (!take(event.dataTransfer?.files ?? null, listener)) {
      listener.refused('what was dropped is no file: save the picture first, then drop the file');
    }
  });
}

function take(files: FileList | null, listener: FileListener): boolean {
  const file = files?.[0];
  if (file === undefined) return false;
  if (file.size > LARGEST)
    listener.refused(`${file.name} is larger than 256 MiB: scale the picture down first`);
  else listener.file(file);
  return true;
}
