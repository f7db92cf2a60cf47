/** Hands text over to the person. */
import { create } from './dom.js';

/** Puts text on the clipboard, or where that is refused, saves it as a file. */
export async function handOver(text: string, name: string): Promise<'copied' | 'saved'> {
  try {
    await navigator.clipboard.writeText(text);
    return 'copied';
  } catch {
    const link = create('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
    return 'saved';
  }
}
