/** onnxruntime on the exported ONNX file: its WebAssembly build (SIMD, one thread) and its native one. */

import type { DenseImage, DensePeer } from './dense-peer.js';
import { importPeer } from './paths.js';

interface Tensor {
  readonly data: Float32Array;
}

interface Session {
  /** What runs it; private, but the only thing that tells which build does. */
  readonly handler: object;
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** The part of onnxruntime-common's interface that is used; both packages have it. */
interface OnnxRuntime {
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
  readonly InferenceSession: { create(path: string, options: object): Promise<Session> };
  readonly env: { readonly wasm: { numThreads: number; proxy: boolean } };
}

const INPUT = 'input';
const OUTPUT = 'logits_final';
/** Class of the sessions that run in onnxruntime-node's native library. */
const NATIVE = 'OnnxruntimeSessionHandler';

/** onnxruntime-web in this process, or null where it is not installed. */
export async function onnxRuntimeWeb(model: string, shape: readonly number[]): Promise<DensePeer | null> {
  const runtime = await importPeer<OnnxRuntime>('onnxruntime-web');
  if (runtime === null) return null;
  runtime.env.wasm.numThreads = 1;
  runtime.env.wasm.proxy = false;
  const options = { executionProviders: ['wasm'], graphOptimizationLevel: 'all' };
  const session = await runtime.InferenceSession.create(model, options);
  return peerOf('onnxruntime-web, WebAssembly SIMD', runtime, session, shape);
}

/** onnxruntime-node, or null where it is not installed. */
export async function onnxRuntimeNode(
  model: string,
  shape: readonly number[],
  threads: number,
): Promise<DensePeer | null> {
  const runtime = await importPeer<OnnxRuntime>('onnxruntime-node');
  if (runtime === null) return null;
  const name = `onnxruntime-node, native, ${threads} thread${threads === 1 ? '' : 's'}`;
  const options = {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  };
  const session = await runtime.InferenceSession.create(model, options);
  // Where both builds are loaded, the web build may take over the native one's name: times would then be its own.
  if (session.handler.constructor.name !== NATIVE) throw new Error(`${name} does not run natively`);
  return peerOf(name, runtime, session, shape);
}

function peerOf(name: string, runtime: OnnxRuntime, session: Session, shape: readonly number[]): DensePeer {
  let feeds: Record<string, Tensor> = {};
  return {
    name,
    asynchronous: true,
    load: ({ planes }: DenseImage) => {
      feeds = { [INPUT]: new runtime.Tensor('float32', planes, shape) };
    },
    run: async () => (await session.run(feeds))[OUTPUT]!.data,
    close: () => session.release(),
  };
}
