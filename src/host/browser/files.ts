/**
 * Where the files of this package are, seen from a page. Every address is written out in the one form that bundlers
 * recognise, and starts at the root of the package, which is three folders up. The bundle in dist/browser/ holds copies
 * of its own of all but the model, and the build makes their addresses `./...` there (scripts/build-browser.js).
 */
import type { ImageFormat } from '../../picture/format.js';

/** The kernels. */
export const KERNELS = new URL('../../../dist/browser/snnwasm.wasm', import.meta.url);

/** The model that ships. */
export const SHIPPED_MODEL = new URL('../../../weights/resnet18-cifar100-radix.snn', import.meta.url);

/** The image decoders. */
export const DECODERS: Readonly<Record<ImageFormat, URL>> = {
  png: new URL('../../../dist/browser/squoosh_png_bg.wasm', import.meta.url),
  jpeg: new URL('../../../dist/browser/mozjpeg_dec.wasm', import.meta.url),
  webp: new URL('../../../dist/browser/webp_dec.wasm', import.meta.url),
};
