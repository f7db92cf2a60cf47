/** The image decoders as assets of this page, each compiled the first time that a picture needs it. */
import jpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?url';
import png from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm?url';
import webp from '@jsquash/webp/codec/dec/webp_dec.wasm?url';
import type { CodecSource } from '../../../src/index.js';

const URLS = { jpeg, png, webp };

const compiled = new Map<keyof typeof URLS, Promise<WebAssembly.Module>>();

export const webCodecs: CodecSource = (format) => {
  let module = compiled.get(format);
  if (module === undefined) {
    module = compile(URLS[format]);
    // A failed download may succeed the next time.
    module.catch(() => compiled.delete(format));
    compiled.set(format, module);
  }
  return module;
};

async function compile(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}
