/** The colours of the canvases, taken from the style sheet, so that dark and light have one source. */

/** Packed RGBA for 256 levels of activity, from none to the most. */
export type Ramp = Uint32Array;

export interface Palette {
  readonly ramp: Ramp;
  readonly line: string;
  readonly faint: string;
  readonly text: string;
  readonly muted: string;
  readonly early: string;
  readonly final: string;
  readonly fused: string;
  readonly accent: string;
  readonly surface: string;
  /** Families for canvas text. */
  readonly font: string;
  /** One a class of the line plot. */
  readonly series: readonly string[];
}

const SERIES = 6;
const STOPS = 5;

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ramp: ramp(Array.from({ length: STOPS }, (_, stop) => colour(`spike-${stop}`))),
    line: colour('line'),
    faint: colour('faint'),
    text: colour('text'),
    muted: colour('muted'),
    early: colour('early'),
    final: colour('final'),
    fused: colour('fused'),
    accent: colour('accent'),
    surface: colour('surface'),
    font: colour('sans'),
    series: Array.from({ length: SERIES }, (_, index) => colour(`series-${index}`)),
  };
}

/** Calls back whenever the scheme changes. */
export function onSchemeChange(listener: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
}

export function prefersReducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Mixes between the stops in sRGB. @param stops - as `#rrggbb` */
function ramp(stops: readonly string[]): Ramp {
  const colours = stops.map((stop) => [1, 3, 5].map((at) => Number.parseInt(stop.slice(at, at + 2), 16)));
  const bytes = new Uint8ClampedArray(256 * 4);
  for (let level = 0; level < 256; level++) {
    const place = (level / 255) * (colours.length - 1);
    const below = Math.min(Math.floor(place), colours.length - 2);
    for (let part = 0; part < 3; part++) {
      const from = colours[below]![part]!;
      bytes[level * 4 + part] = from + (colours[below + 1]![part]! - from) * (place - below);
    }
    bytes[level * 4 + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}
