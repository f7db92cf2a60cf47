/** Builds the demo page: static files that work from any path and ask nobody else for anything. */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const sizeOf = (path: string) => JSON.stringify(statSync(new URL(path, import.meta.url)).size);

/** What the built page may load; while developing, Vite injects styles and a socket of its own. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

/** The page is passed on with its licence, and with those of what it contains, which is what dist/browser/ contains. */
const licences: Plugin = {
  name: 'licences',
  apply: 'build',
  generateBundle() {
    const copies = {
      'LICENSE.txt': '../LICENSE',
      'THIRD-PARTY-LICENSES.txt': '../dist/browser/THIRD-PARTY-LICENSES.txt',
    };
    for (const [fileName, path] of Object.entries(copies)) {
      this.emitFile({ type: 'asset', fileName, source: readFileSync(new URL(path, import.meta.url)) });
    }
  },
};

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [contentSecurityPolicy, licences],
  define: {
    __MODEL_BYTES__: sizeOf('../weights/resnet18-cifar100.snn'),
    __KERNEL_BYTES__: sizeOf('../dist/snnwasm.wasm'),
    __VERSION__: JSON.stringify(version),
  },
  assetsInclude: ['**/*.snn'],
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, target: 'es2022', modulePreload: false },
  worker: { format: 'es' },
  // The decoders find their .wasm beside themselves, so they must stay where they are while developing.
  optimizeDeps: { exclude: ['@jsquash/jpeg', '@jsquash/png', '@jsquash/webp'] },
  server: { fs: { allow: ['..'] } },
});
