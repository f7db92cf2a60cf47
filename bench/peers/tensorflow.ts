/**
 * TensorFlow.js on its WebAssembly backend. It reads no ONNX, so the graph is built here by hand from the same folded
 * weights, with its fused convolution; tap-major weights are its own order. One thread.
 */
import { join } from 'node:path';
import { IMAGE, type Network, type Synapses } from '../../src/graph/network.js';
import type { DensePeer } from './dense-peer.js';
import { importPeer, PEERS } from './paths.js';

interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}

type Shape = readonly number[];
/** Before and after, an axis: image, rows, columns, channels. */
type Pads = readonly [Pair, Pair, Pair, Pair];
type Pair = readonly [number, number];

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
      strides: readonly [number, number];
      pad: Pads;
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
  const weights = network.populations.map(({ synapses, shape, bias }): Weights => {
    const filters = synapses.map((one) => {
      const convolution = residual(one);
      if (convolution === null) return null;
      const { height, width } = convolution.kernel;
      const inputs = one.weights.length / (height * width * shape.channels);
      return tf.tensor(one.weights, [height, width, inputs, shape.channels]);
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
        const outputs = populationOutputs(tf, network, weights, image!);
        return tf.add(tf.matMul(tf.mean(outputs[head.population]!, [1, 2]), headWeights), headBias);
      });
      const values = logits.dataSync();
      logits.dispose();
      return values;
    },
    close: async () => image?.dispose(),
  };
}

function populationOutputs(
  tf: TensorFlow,
  network: Network,
  weights: readonly Weights[],
  image: Tensor,
): Tensor[] {
  const outputs: Tensor[] = [];
  const source = (index: number) => (index === IMAGE ? image : outputs[index]!);
  network.populations.forEach(({ synapses }, index) => {
    const { filters, bias } = weights[index]!;
    const alone = synapses.length === 1;
    const sums = synapses.map((one, position) => {
      const convolution = residual(one);
      if (convolution === null) return source(one.source);
      const { stride, padding } = convolution;
      return tf.fused.conv2d({
        x: source(one.source),
        filter: filters[position]!,
        strides: [stride.height, stride.width],
        pad: [
          [0, 0],
          [padding.top, padding.bottom],
          [padding.left, padding.right],
          [0, 0],
        ],
        dimRoundingMode: 'floor',
        activation: alone ? 'relu' : 'linear',
        ...(position === 0 && { bias }),
      });
    });
    outputs.push(alone ? sums[0]! : tf.relu(sums.reduce((a, b) => tf.add(a, b))));
  });
  return outputs;
}

/** The convolution that synapses of a residual network are, or null where they are a skip whose weights are 1. */
function residual(synapses: Synapses): Extract<Synapses, { kind: 'convolution' }> | null {
  if (synapses.kind === 'convolution' && synapses.groups === 1) return synapses;
  if (synapses.kind === 'per-channel' && synapses.weights.every((weight) => weight === 1)) return null;
  throw new Error(`the graph for TensorFlow.js has no ${synapses.kind} synapses of this form`);
}
