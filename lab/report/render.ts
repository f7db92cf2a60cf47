/**
 * Draws a Vega specification as an SVG text, without a browser. Vega is several times as large as all that `snnwasm`
 * depends on, and only figures need it: it is an optional dependency, and loaded with the first figure.
 */
import type { Spec } from 'vega';

/** Whether Vega is installed. */
export async function canDraw(): Promise<boolean> {
  try {
    await loadVega();
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND' && message.includes("'vega'")) return false;
    throw error;
  }
}

/**
 * The SVG of a specification, which must hold its data itself. The same specification gives the same text.
 *
 * @throws Error if the specification is wrong, which no user can cause, or Vega is not installed (see {@link canDraw})
 */
export async function renderSvg(spec: Spec): Promise<string> {
  const vega = await loadVega();
  const view = new vega.View(vega.parse(spec), { renderer: 'none', logLevel: vega.Error });
  try {
    return `${titled(await view.toSVG(), spec.description)}\n`;
  } finally {
    view.finalize();
  }
}

/** Gives the figure the title that readers of screens speak; its text needs no escapes. */
function titled(svg: string, title = ''): string {
  return svg.replace(/^<svg [^>]*>/, (tag) => `${tag}<title>${title}</title>`);
}

async function loadVega(): Promise<typeof import('vega')> {
  const vega = await import('vega');
  // Exported, but not in Vega's types. Where a canvas is installed, text would be measured by its fonts, and the
  // figure would depend on the machine.
  const { textMetrics } = vega as unknown as { textMetrics: { canvas(use: boolean): void } };
  textMetrics.canvas(false);
  return vega;
}
