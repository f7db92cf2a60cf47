/** loadModel in Node: from everything that a model can come from, and in words when it does not come. */
import { readFile, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type KernelSource, kernelsOf, type LoadOptions, type ModelSource } from '../../src/app/load.js';
import { loadModel } from '../../src/entry/index-node.js';
import { readModel, writeModel } from '../../src/file/file.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { shippedModelPath } from '../../src/host/node/models.js';
import { fetchBytes, readResponse } from '../../src/host/transfer.js';
import { serveWhole, startServer } from '../support/file-server.js';
import { picture, rgb } from '../support/rgb.js';
import { expectUserError, temporaryFolder } from '../support/temporary-folder.js';

const file = writeModel(rgb);

async function modelOnDisk(): Promise<string> {
  const path = join(await temporaryFolder(), 'a model.snn');
  await writeFile(path, file);
  return path;
}

describe('a model comes from', () => {
  it.each<[string, () => Promise<ModelSource>]>([
    ['a path', modelOnDisk],
    ['a file: URL', async () => pathToFileURL(await modelOnDisk())],
    ['a file: URL as text', async () => pathToFileURL(await modelOnDisk()).href],
    ['bytes', async () => file],
    ['bytes amid others', async () => new Uint8Array([1, 2, 3, ...file, 4]).subarray(3, 3 + file.length)],
    ['a buffer', async () => file.slice().buffer],
    ['bytes of another realm', async () => runInNewContext(`Uint8Array.from([${file}])`) as Uint8Array],
    ['a response', async () => new Response(file.slice())],
    ['an address', async () => (await startServer(serveWhole(file))).url],
    ['a URL', async () => new URL((await startServer(serveWhole(file))).url)],
    ['a data: address', async () => `data:;base64,${Buffer.from(file).toString('base64')}`],
  ])('%s', async (_, source) => {
    const model = await loadModel(await source());
    expect(model.network).toEqual(rgb);
    expect((await model.classify(picture(rgb, 1), { timesteps: 2 })).timesteps).toBe(2);
  });

  it('the package, if nothing is said', async () => {
    const { network } = await loadModel();
    const shipped = readModel(new Uint8Array(await readFile(shippedModelPath())));
    expect(Buffer.compare(writeModel(network), writeModel(shipped))).toBe(0);
  });
});

describe('progress', () => {
  async function calls(source: ModelSource): Promise<[number, number | null][]> {
    const seen: [number, number | null][] = [];
    await loadModel(source, { onProgress: (loaded, total) => seen.push([loaded, total]) });
    return seen;
  }

  it('begins with nothing and ends with all', async () => {
    const seen = await calls((await startServer(serveWhole(file))).url);
    expect(seen[0]).toEqual([0, file.length]);
    expect(seen.at(-1)).toEqual([file.length, file.length]);
    expect((await calls(await modelOnDisk())).at(-1)).toEqual([file.length, file.length]);
  });

  it('has no total where the server does not know it, or means the compressed file', async () => {
    const unknown = await startServer((_, response) => response.writeHead(200).end(file));
    expect((await calls(unknown.url)).at(-1)).toEqual([file.length, null]);
    const small = gzipSync(file);
    const compressed = await startServer((_, response) => {
      const headers = { 'content-encoding': 'gzip', 'content-length': small.length };
      response.writeHead(200, headers).end(small);
    });
    expect((await calls(compressed.url)).at(-1)).toEqual([file.length, null]);
  });
});

describe('a clear line says that', () => {
  it.each<[string, RequestListener, RegExp]>([
    [
      'there is no file',
      (_, response) => response.writeHead(404).end('no'),
      /^cannot load the model at http:\/\/\S+: the server answers 404 Not Found$/,
    ],
    [
      'the server is broken',
      (_, response) => response.writeHead(503).end(),
      /: the server answers 503 Service Unavailable$/,
    ],
    [
      'a page came',
      (_, response) => response.writeHead(200, { 'content-type': 'Text/HTML; charset=utf-8' }).end('<html>'),
      / is a web page: there is no such file/,
    ],
    [
      'something else came',
      (_, response) => response.writeHead(200).end('hello'),
      /^the model http:\/\/\S+ is not a snnwasm model file/,
    ],
    [
      'the connection broke',
      (_, response) => {
        response.writeHead(200, { 'content-length': file.length });
        response.write(file.subarray(0, 100), () => response.destroy());
      },
      /^the model at http:\/\/\S+ (broke off after|is truncated:) 100 of \d+ bytes/,
    ],
    [
      'it was cut short before',
      (_, response) => response.writeHead(200).end(file.subarray(0, 1000)),
      /^the model http:\/\/\S+ is truncated: it needs \d+ bytes, but has 1000$/,
    ],
    [
      'it claims to be huge',
      (_, response) => {
        response.writeHead(200, { 'content-length': 2 ** 40 });
        response.write('x');
      },
      /^the model at http:\/\/\S+ is too large: 1073741824 bytes are the limit$/,
    ],
  ])('%s', async (_, answer, message) => {
    await expectUserError(loadModel((await startServer(answer)).url), message);
  });

  it('the server cannot be reached', async () => {
    await expectUserError(
      loadModel('http://127.0.0.1:1/m.snn'),
      /^cannot fetch the model from http:\/\/127\.0\.0\.1:1\/m\.snn: /,
    );
  });

  it.each<[ModelSource, RegExp]>([
    ['none.snn', /^cannot read none\.snn: there is no such file or folder$/],
    ['file:///none.snn', /^cannot read \S+none\.snn: there is no such file/],
    ['file://elsewhere/x.snn', /^file:\/\/elsewhere\/x\.snn names no file on this machine$/],
    ['', /^cannot read : there is no such file/],
    [new URL('ftp://127.0.0.1/x.snn'), /^cannot fetch the model from ftp:/],
    [new Uint8Array(), /^the model is empty$/],
    [file.subarray(0, 50), /^the model is truncated: /],
    [5 as unknown as string, /^a model is loaded from an address, a path, a URL/],
    [null as unknown as string, /^a model is loaded from/],
  ])('%s is none', async (source, message) => {
    await expectUserError(loadModel(source), message);
  });

  it('a response was read before', async () => {
    const response = new Response(file.slice());
    await response.arrayBuffer();
    await expectUserError(loadModel(response), /^the model was read before/);
  });
});

describe('an aborted transfer', () => {
  it.each([true, false])('ends with its reason, before it began: %s', async (before) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    if (before) controller.abort(reason);
    const { url } = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': file.length });
      response.write(file.subarray(0, 10));
    });
    const options: LoadOptions = {
      signal: controller.signal,
      onProgress: (loaded) => loaded > 0 && controller.abort(reason),
    };
    await expect(loadModel(url, options)).rejects.toBe(reason);
  });

  it('that waits for a silent server, too', async () => {
    const controller = new AbortController();
    const { url } = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': 10 }).flushHeaders();
      setTimeout(() => controller.abort(), 10);
    });
    const waiting = fetchBytes(url, 'a file', { signal: controller.signal });
    await expect(waiting).rejects.toThrow(/abort/);
    const response = await fetch(url);
    const reading = readResponse(response, 'a file', { signal: AbortSignal.timeout(10) });
    await expect(reading).rejects.toThrow(/timeout/);
  });
});

describe('kernels', () => {
  it.each(['compiled', 'bytes'])('can be brought along, %s', async (form) => {
    const bytes = new Uint8Array(await readFile(join(import.meta.dirname, '../../dist/snnwasm.wasm')));
    const kernels: KernelSource = form === 'bytes' ? bytes : await kernelModule();
    const model = await loadModel(file, { kernels });
    expect((await model.classify(picture(rgb, 1), { timesteps: 1 })).timesteps).toBe(1);
  });

  it('that are none, or other ones, are refused', async () => {
    const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    await expectUserError(
      loadModel(file, { kernels: empty }),
      /^the kernels are something else: give the snnwasm.wasm/,
    );
    await expectUserError(loadModel(file, { kernels: new Uint8Array(4) }), /^the kernels are damaged, or/);
    await expectUserError(
      loadModel(file, { kernels: 5 as unknown as Uint8Array }),
      /^the kernels are something/,
    );
    const host = { kernels: kernelModule };
    expect(await kernelsOf(undefined, host)).toBe(await kernelModule());
  });
});

it('refuses an option that there is not, and names the one that was meant', async () => {
  const options = (given: unknown) => loadModel(file, given as LoadOptions);
  await expectUserError(
    options({ onprogress: () => {} }),
    /^there is no option "onprogress": did you mean "onProgress"\?$/,
  );
  await expectUserError(options({ onProgress: 'yes' }), /^onProgress is a function, not "yes"$/);
  await expectUserError(options(null), /^options are given as an object/);
});
