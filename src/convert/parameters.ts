/** Takes tensors out of a checkpoint, checks shape and values of each, and notices which ones nobody took. */
import { UserError } from '../errors.js';
import type { Checkpoint } from '../file/safetensors.js';
import { MAXIMUM_CHANNELS, MAXIMUM_CLASSES, MAXIMUM_KERNEL } from '../graph/bounds.js';
import type { BatchNormalisation } from '../graph/network.js';
import { toTapMajor } from '../graph/taps.js';

/** PyTorch counts training batches here; a network does not use it. */
const COUNTER = /(^|\.)num_batches_tracked$/;

/** A tensor's values and its shape, which has the rank that was asked for. */
interface Parameter {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The parameters of a checkpoint, by PyTorch's names. */
export class Parameters {
  readonly #checkpoint: Checkpoint;
  readonly #rest: Set<string>;

  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
    this.#rest = new Set([...checkpoint.tensors.keys()].filter((name) => !COUNTER.test(name)));
  }

  /** Names of all tensors, whether taken or not. */
  names(): string[] {
    return [...this.#checkpoint.tensors.keys()];
  }

  has(name: string): boolean {
    return this.#checkpoint.tensors.has(name);
  }

  /** @throws UserError when a tensor is left that nothing has taken: a network without it would be another one. */
  finish(): void {
    const [first] = this.#rest;
    if (first === undefined) return;
    const others = this.#rest.size > 1 ? ` and ${this.#rest.size - 1} more` : '';
    throw new UserError(
      `the checkpoint has a tensor that no part of a ResNet uses: ${JSON.stringify(first)}${others}`,
    );
  }

  /**
   * `NAME.weight` of a convolution, `[output][input][ky][kx]`, in tap-major order.
   *
   * @param inputs - channels of what it reads
   */
  convolution(name: string, inputs: number): { kernel: number; outputs: number; weights: Float32Array } {
    const { shape, values } = this.#take(`${name}.weight`, ['outputs', inputs, 'kernel', 'kernel']);
    const [outputs, , kernel, kernelX] = shape as [number, number, number, number];
    if (kernel !== kernelX || kernel % 2 === 0 || kernel > MAXIMUM_KERNEL) {
      throw wrong(`${name}.weight`, `needs a square kernel of odd size up to ${MAXIMUM_KERNEL}`, shape);
    }
    if (outputs < 1 || outputs > MAXIMUM_CHANNELS) {
      throw wrong(`${name}.weight`, `needs 1 to ${MAXIMUM_CHANNELS} output channels`, shape);
    }
    const weights = toTapMajor(values, new Float32Array(values.length), { kernel, inputs, outputs });
    return { kernel, outputs, weights };
  }

  /** `NAME.weight`, `.bias`, `.running_mean` and `.running_var` of a batch normalisation. */
  batchNormalisation(name: string, channels: number, epsilon: number): BatchNormalisation {
    const take = (part: string) => this.#take(`${name}.${part}`, [channels]).values;
    const variance = take('running_var');
    if (variance.some((value) => !(value + epsilon > 0))) {
      throw new UserError(
        `the tensor "${name}.running_var" has a value that is not positive with epsilon ${epsilon}`,
      );
    }
    return { gamma: take('weight'), beta: take('bias'), mean: take('running_mean'), variance, epsilon };
  }

  /** `NAME.weight` (`[class][channel]`) and `.bias` of a fully connected layer, the former as `[channel][class]`. */
  head(name: string, channels: number): { weights: Float32Array; bias: Float32Array } {
    const { shape, values } = this.#take(`${name}.weight`, ['classes', channels]);
    const outputs = shape[0]!;
    if (outputs < 1 || outputs > MAXIMUM_CLASSES) {
      throw wrong(`${name}.weight`, `needs 1 to ${MAXIMUM_CLASSES} classes`, shape);
    }
    const weights = toTapMajor(values, new Float32Array(values.length), {
      kernel: 1,
      inputs: channels,
      outputs,
    });
    return { weights, bias: this.#take(`${name}.bias`, [outputs]).values };
  }

  /** @param wanted - extents, or a word for one that is free */
  #take(name: string, wanted: readonly (number | string)[]): Parameter {
    const tensor = this.#checkpoint.tensors.get(name);
    if (tensor === undefined) throw new UserError(`the checkpoint lacks the tensor "${name}"`);
    const { shape } = tensor;
    const fits = wanted.every((extent, axis) => typeof extent === 'string' || extent === shape[axis]);
    if (shape.length !== wanted.length || !fits)
      throw wrong(name, `needs shape [${wanted.join(', ')}]`, shape);
    const values = tensor.toFloat32();
    if (!allFinite(values)) throw new UserError(`the tensor "${name}" has a value that is not finite`);
    this.#rest.delete(name);
    return { shape, values };
  }
}

/** A loop, because `every` takes seven times as long over millions of values. */
function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) return false;
  }
  return true;
}

function wrong(name: string, need: string, shape: readonly number[]): UserError {
  return new UserError(`the tensor "${name}" ${need}, but has shape [${shape.join(', ')}]`);
}
