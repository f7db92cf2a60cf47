/**
 * Draws a Vega specification as an SVG text, without a browser. Vega is by far the largest dependency and only
 * figures need it, so it is loaded with the first one.
 */
import type { Spec } from 'vega';

/**
 * The SVG of a specification, which must hold its data itself. The same specification gives the same text.
 *
 * @throws Error if the specification is wrong, which no user can cause.
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
