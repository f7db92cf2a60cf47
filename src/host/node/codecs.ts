/**
 * The image decoders for Node: the `.wasm` files inside the installed @jsquash packages, each read and compiled the
 * first time that an image needs it.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { CodecSource } from '../../picture/codec.js';
import type { ImageFormat } from '../../picture/format.js';

const FILES: Readonly<Record<ImageFormat, string>> = {
  png: '@jsquash/png/codec/pkg/squoosh_png_bg.wasm',
  jpeg: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  webp: '@jsquash/webp/codec/dec/webp_dec.wasm',
};

const compiled = new Map<ImageFormat, Promise<WebAssembly.Module>>();

/** The `codecs` of `decodeImage` in Node. Rejects where a package is not installed. */
export const nodeCodecs: CodecSource = (format) => {
  let module = compiled.get(format);
  if (!module) {
    module = compile(FILES[format]);
    compiled.set(format, module);
  }
  return module;
};

async function compile(file: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(createRequire(import.meta.url).resolve(file)));
}
