/**
 * TensorFlow.js on its WebAssembly backend. It reads no ONNX, so the graph is built here by hand from the same folded
 * weights, with its fused convolution; tap-major weights are its own order. One thread.
 */
import { join } from 'node:path';
import { type Convolution, IMAGE, type Network } from '../../src/graph/network.js';
import type { DensePeer } from './dense-peer.js';
import { importPeer, PEERS } from './paths.js';

interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}

type Shape = readonly number[];

/** The part of tfjs-core's interface that is used. */
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  getBackend(): string;
  tensor(values: Float32Array, shape: Shape): Tensor;
  tidy<Result>(work: () => Result): Result;
  add(a: Tensor, b: Tensor): Tensor;
  relu(x: Tensor): Tensor;
  mean(x: Tensor, axes: readonly number[]): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
  readonly fused: {
    conv2d(options: {
      x: Tensor;
      filter: Tensor;
      strides: number;
      pad: number;
      dimRoundingMode: 'floor';
      bias?: Tensor;
      activation: 'relu' | 'linear';
    }): Tensor;
  };
}

interface Backend {
  setThreadsCount(threads: number): void;
  setWasmPaths(folder: string): void;
}

interface Weights {
  readonly filters: readonly (Tensor | null)[];
  readonly bias: Tensor;
}

/** tfjs-backend-wasm in this process, or null where it is not installed. */
export async function tensorFlow(network: Network): Promise<DensePeer | null> {
  const tf = await importPeer<TensorFlow>('@tensorflow/tfjs-core');
  const backend = await importPeer<Backend>('@tensorflow/tfjs-backend-wasm');
  if (tf === null || backend === null) return null;
  backend.setWasmPaths(`${join(PEERS, 'node_modules/@tensorflow/tfjs-backend-wasm/dist')}/`);
  backend.setThreadsCount(1);
  if (!(await tf.setBackend('wasm')))
    throw new Error(`the WebAssembly backend of TensorFlow.js does not start`);
  await tf.ready();
  const weights = network.layers.map(({ connections, shape, bias }): Weights => {
    const filters = connections.map((connection) => {
      if (connection.kind === 'identity') return null;
      const { kernel } = connection;
      const inputs = connection.weights.length / (kernel ** 2 * shape.channels);
      return tf.tensor(connection.weights, [kernel, kernel, inputs, shape.channels]);
    });
    return { filters, bias: tf.tensor(bias, [shape.channels]) };
  });
  const head = network.heads.at(-1)!;
  const classes = head.bias.length;
  const headWeights = tf.tensor(head.weights, [head.weights.length / classes, classes]);
  const headBias = tf.tensor(head.bias, [1, classes]);
  const { height, width, channels } = network.input;
  let image: Tensor | null = null;
  return {
    name: 'TensorFlow.js, WebAssembly SIMD',
    asynchronous: false,
    load: ({ pixels }) => {
      image?.dispose();
      image = tf.tensor(pixels, [1, height, width, channels]);
    },
    run: () => {
      const logits = tf.tidy(() => {
        const outputs = layerOutputs(tf, network, weights, image!);
        return tf.add(tf.matMul(tf.mean(outputs[head.layer]!, [1, 2]), headWeights), headBias);
      });
      const values = logits.dataSync();
      logits.dispose();
      return values;
    },
    close: async () => image?.dispose(),
  };
}

function layerOutputs(
  tf: TensorFlow,
  network: Network,
  weights: readonly Weights[],
  image: Tensor,
): Tensor[] {
  const outputs: Tensor[] = [];
  const source = (index: number) => (index === IMAGE ? image : outputs[index]!);
  network.layers.forEach(({ connections }, index) => {
    const { filters, bias } = weights[index]!;
    const alone = connections.length === 1;
    const sums = connections.map((connection, position) => {
      if (connection.kind === 'identity') return source(connection.source);
      const { stride, padding } = connection satisfies Convolution;
      return tf.fused.conv2d({
        x: source(connection.source),
        filter: filters[position]!,
        strides: stride,
        pad: padding,
        dimRoundingMode: 'floor',
        activation: alone ? 'relu' : 'linear',
        ...(position === 0 && { bias }),
      });
    });
    outputs.push(alone ? sums[0]! : tf.relu(sums.reduce((a, b) => tf.add(a, b))));
  });
  return outputs;
}
