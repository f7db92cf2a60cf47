/**
 * How figures look, and the marks that they share. Sizes are in pixels of a figure 480 wide; printed in a column of
 * 84 mm, 12 pixels are 6 points.
 */
import type { Config, Mark, NumericValueRef, Spec, SymbolShape } from 'vega';

/** Okabe and Ito's palette, told apart with every common kind of colour blindness. */
export const COLOUR = {
  black: '#000000',
  orange: '#E69F00',
  skyBlue: '#56B4E9',
  green: '#009E73',
  blue: '#0072B2',
  vermilion: '#D55E00',
  purple: '#CC79A7',
  grey: '#999999',
  faint: '#DDDDDD',
} as const;

export const FIGURE_WIDTH = 480;
/** Of labels; annotations inside a plot are a pixel smaller. */
const FONT_SIZE = 12;
const LEGEND_PITCH = 17;
const LEGEND_KEY = 22;
/** As many as fit half the figure in a wide font. */
const LEGEND_CHARACTERS = 30;

/** Room for the numbers of a vertical axis, whatever the font makes of them. */
export const Y_EXTENT = { minExtent: 34, maxExtent: 34 } as const;

const CONFIG: Config = {
  background: 'white',
  axis: {
    domainColor: COLOUR.black,
    tickColor: COLOUR.black,
    tickSize: 4,
    gridColor: COLOUR.faint,
    gridWidth: 0.6,
    labelColor: COLOUR.black,
    labelFont: 'sans-serif',
    labelFontSize: FONT_SIZE,
    labelFlush: false,
    titleColor: COLOUR.black,
    titleFont: 'sans-serif',
    titleFontSize: FONT_SIZE,
    titleFontWeight: 'normal',
  },
  text: { font: 'sans-serif', fontSize: FONT_SIZE, fill: COLOUR.black },
};

export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A figure of the usual width around a plot of this height, with margins that do not depend on fonts. */
export function figure(
  description: string,
  height: number,
  margins: Margins,
  content: Pick<Spec, 'data' | 'scales' | 'axes' | 'marks'>,
): Spec {
  return {
    description,
    width: plotWidth(margins),
    height,
    padding: { ...margins },
    autosize: 'none',
    config: CONFIG,
    ...content,
  };
}

export const plotWidth = ({ left, right }: Margins): number => FIGURE_WIDTH - left - right;

/** A place in the plot: pixels, or a value of a scale with an offset in pixels. */
export type Place = number | { readonly scale: string; readonly value: number; readonly offset?: number };

function ref(place: Place): NumericValueRef {
  return typeof place === 'number' ? { value: place } : { ...place };
}

export interface TextStyle {
  readonly align?: 'left' | 'center' | 'right';
  readonly weight?: 'bold' | 'normal';
  readonly italic?: boolean;
  readonly size?: number;
  readonly colour?: string;
  /** The most characters shown. Vega's own limit is in pixels, which it can only guess without fonts. */
  readonly characters?: number;
  /** A white rim that keeps it readable on lines. */
  readonly halo?: boolean;
}

/** One line of text, centred on its height. */
export function text(content: string, x: Place, y: Place, style: TextStyle = {}): Mark[] {
  const update = {
    x: ref(x),
    y: ref(y),
    text: { value: shortened(content, style.characters) },
    align: { value: style.align ?? 'left' },
    baseline: { value: 'middle' },
    fontSize: { value: style.size ?? FONT_SIZE },
    fontWeight: { value: style.weight ?? 'normal' },
    fontStyle: { value: style.italic === true ? 'italic' : 'normal' },
    fill: { value: style.colour ?? COLOUR.black },
  } as const;
  const rim = { ...update, stroke: { value: 'white' }, strokeWidth: { value: 3 } } as const;
  const mark: Mark = { type: 'text', encode: { update } };
  return style.halo === true ? [{ type: 'text', encode: { update: rim } }, mark] : [mark];
}

function shortened(content: string, characters = Infinity): string {
  const all = [...content];
  return all.length <= characters ? content : `${all.slice(0, characters - 1).join('')}\u2026`;
}

export interface LineStyle {
  readonly colour: string;
  readonly width?: number;
  readonly dash?: readonly number[];
}

/** A straight line. */
export function line(x: Place, y: Place, x2: Place, y2: Place, style: LineStyle): Mark {
  const { colour, width = 1, dash = [] } = style;
  return {
    type: 'rule',
    encode: {
      update: {
        x: ref(x),
        y: ref(y),
        x2: ref(x2),
        y2: ref(y2),
        stroke: { value: colour },
        strokeWidth: { value: width },
        strokeDash: { value: [...dash] },
      },
    },
  };
}

/** A horizontal bar between two places, centred on a height. */
export function bar(x: Place, x2: Place, centre: number, thickness: number, colour: string): Mark {
  return {
    type: 'rect',
    encode: {
      update: {
        x: ref(x),
        x2: ref(x2),
        y: { value: centre - thickness / 2 },
        height: { value: thickness },
        fill: { value: colour },
      },
    },
  };
}

export interface SymbolStyle {
  readonly shape: SymbolShape;
  readonly colour: string;
  /** Filled with white unless it is solid. */
  readonly solid?: boolean;
  /** Area in square pixels. */
  readonly size?: number;
}

export function symbol(x: Place, y: Place, { shape, colour, solid, size }: SymbolStyle): Mark {
  return {
    type: 'symbol',
    encode: {
      update: {
        x: ref(x),
        y: ref(y),
        shape: { value: shape },
        size: { value: size ?? 60 },
        stroke: { value: colour },
        strokeWidth: { value: 1.2 },
        fill: { value: solid === true ? colour : 'white' },
      },
    },
  };
}

/** What a legend says of a line, a symbol, both, or a character. */
export interface LegendEntry {
  readonly label: string;
  readonly glyph?: string;
  readonly line?: LineStyle;
  readonly symbol?: SymbolStyle;
}

export const legendHeight = (entries: readonly LegendEntry[]): number =>
  Math.ceil(entries.length / 2) * LEGEND_PITCH;

/** A legend of two columns above the plot, filled column by column. */
export function legend(entries: readonly LegendEntry[], margins: Margins): Mark[] {
  const rows = Math.ceil(entries.length / 2);
  const column = FIGURE_WIDTH / 2 - 4;
  return entries.flatMap((entry, index) => {
    const x = 8 - margins.left + Math.floor(index / rows) * column;
    const y = 12 - margins.top + (index % rows) * LEGEND_PITCH;
    return [
      ...(entry.line ? [line(x, y, x + LEGEND_KEY, y, entry.line)] : []),
      ...(entry.symbol ? [symbol(x + LEGEND_KEY / 2, y, entry.symbol)] : []),
      ...(entry.glyph ? text(entry.glyph, x + LEGEND_KEY / 2, y, { align: 'center', weight: 'bold' }) : []),
      ...text(entry.label, x + LEGEND_KEY + 6, y, { characters: LEGEND_CHARACTERS }),
    ];
  });
}
