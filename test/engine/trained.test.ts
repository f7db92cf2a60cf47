/** The trained network's forward pass: against PyTorch, and against plain loops. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldBatchNormalisation } from '../../src/convert/fold.js';
import { networkFromCheckpoint } from '../../src/convert/resnet.js';
import { TrainedPass } from '../../src/engine/trained.js';
import { UserError } from '../../src/errors.js';
import { type Checkpoint, readSafetensors } from '../../src/file/safetensors.js';
import { sizeOf } from '../../src/graph/extents.js';
import { IMAGE, type Network } from '../../src/graph/network.js';
import { SYNAPSES_KINDS } from '../../src/graph/synapses/index.js';
import { kernelModule } from '../../src/host/node/kernels.js';
import { uniform } from '../generate.js';
import { forward } from '../reference/forward.js';
import { largest, largestDifference } from '../support/compare.js';
import { arbitraryTrainedRun, buildTrained } from '../support/trained.js';
import { trainedGraph } from '../support/trained-graph.js';

/** Float32 rounding of 17 layers, relative to the largest value of the population; the fixture's worst is 7.0e-7. */
const TOLERANCE = 2e-6;

/** The activations of a population without the padding between pixels. */
function activations(trained: TrainedPass, population: number): Float32Array {
  const { values, stride } = trained.activations(population);
  const { channels, height, width } = trained.network.populations[population]!.shape;
  return Float32Array.from({ length: channels * height * width }, (_, index) => {
    return values[Math.floor(index / channels) * stride + (index % channels)]!;
  });
}

function fixture(name: string): Checkpoint {
  return readSafetensors(readFileSync(new URL(`../fixtures/pytorch/${name}.safetensors`, import.meta.url)));
}

/** One picture of a PyTorch tensor `[image][channel][y][x]`, as `[y][x][channel]`. */
function picture(checkpoint: Checkpoint, name: string, image: number): Float32Array {
  const tensor = checkpoint.tensors.get(name)!;
  const values = tensor.toFloat32();
  const [, channels, height = 1, width = 1] = tensor.shape as [number, number, number?, number?];
  const pixels = height * width;
  return Float32Array.from({ length: channels * pixels }, (_, index) => {
    return values[(image * channels + (index % channels)) * pixels + Math.floor(index / channels)]!;
  });
}

describe('the checkpoint of a network with what PyTorch computes', async () => {
  const expected = fixture('tiny-resnet-activations');
  const network = foldBatchNormalisation(networkFromCheckpoint(fixture('tiny-resnet')));
  const pass = await TrainedPass.create(await kernelModule(), network);

  it('is a whole ResNet-18 with every head', () => {
    expect(network.populations.length).toBe(17);
    expect(network.heads.map(({ name }) => name)).toEqual(['1', '2', '3', '4', '5', '6', '7', 'final']);
    expect(network.input).toEqual({ channels: 3, height: 16, width: 16 });
    const tensors = [
      ...network.populations.map(({ name }) => name),
      ...network.heads.map((h) => `heads.${h.name}`),
    ];
    expect([...expected.tensors.keys()].sort()).toEqual([...tensors, 'input'].sort());
  });

  it.each([0, 1])('gives every activation and every logit of picture %d', (image) => {
    pass.run(picture(expected, 'input', image));
    network.populations.forEach(({ name }, index) => {
      const pyTorch = picture(expected, name, image);
      expect(largest(pyTorch), name).toBeGreaterThan(0.1);
      const error = largestDifference(activations(pass, index), pyTorch) / largest(pyTorch);
      expect(error, name).toBeLessThan(TOLERANCE);
    });
    network.heads.forEach(({ name }, head) => {
      const pyTorch = picture(expected, `heads.${name}`, image);
      const error = largestDifference(pass.logits(head), pyTorch) / largest(pyTorch);
      expect(error, `head ${name}`).toBeLessThan(TOLERANCE);
    });
  });
});

describe('TrainedPass', () => {
  it('equals plain loops on random networks, picture after picture', async () => {
    const module = await kernelModule();
    await fc.assert(
      fc.asyncProperty(arbitraryTrainedRun({ channels: 20 }), async ([trained, input]) => {
        const network = foldBatchNormalisation(trained);
        const pass = await TrainedPass.create(module, network);
        for (const picture of [input, input.map((value) => -value)]) {
          const reference = forward(network, picture);
          pass.run(picture);
          reference.populations.forEach((values, index) => {
            const error = largestDifference(activations(pass, index), values);
            expect(error, `population ${index}`).toBeLessThanOrEqual(
              TOLERANCE * Math.max(1, largest(values)),
            );
          });
          reference.logits.forEach((values, head) => {
            const error = largestDifference(pass.logits(head), values);
            expect(error, `head ${head}`).toBeLessThanOrEqual(TOLERANCE * Math.max(1, largest(values)));
          });
        }
      }),
      { numRuns: 40 },
    );
  });

  it('equals plain loops on random graphs of every kind of synapses', async () => {
    const module = await kernelModule();
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const network = trainedGraph(seed);
      const pass = await TrainedPass.create(module, network);
      for (const turn of [1, 2]) {
        const random = uniform(seed * turn);
        const image = Float32Array.from({ length: sizeOf(network.input) }, () => 4 * random() - 2);
        const reference = forward(network, image);
        pass.run(image);
        reference.populations.forEach((values, index) => {
          for (const { kind, source } of network.populations[index]!.synapses) {
            kinds.add(source === IMAGE ? `${kind} of the image` : kind);
          }
          const error = largestDifference(activations(pass, index), values);
          expect(error, `seed ${seed}, population ${index}`).toBeLessThanOrEqual(1e-5 * largest(values));
        });
        reference.logits.forEach((values, head) => {
          const error = largestDifference(pass.logits(head), values);
          expect(error, `seed ${seed}, head ${head}`).toBeLessThanOrEqual(
            1e-5 * Math.max(1, largest(values)),
          );
        });
      }
    }
    expect([...kinds].sort()).toEqual(
      SYNAPSES_KINDS.flatMap((kind) => [kind, `${kind} of the image`]).sort(),
    );
  });

  it('keeps the padding between pixels at 0', async () => {
    const network = smallNetwork();
    const pass = await TrainedPass.create(await kernelModule(), network);
    pass.run(new Float32Array(48).fill(1));
    network.populations.forEach(({ shape }, index) => {
      const { values, stride } = pass.activations(index);
      expect(stride).toBe(8);
      const padding = values.filter((_, index) => index % stride >= shape.channels);
      expect(largest(padding)).toBe(0);
    });
  });

  it('refuses a picture of another size', async () => {
    const pass = await TrainedPass.create(await kernelModule(), smallNetwork());
    expect(() => pass.run(new Float32Array(47))).toThrow(UserError);
    expect(() => pass.run(new Float32Array(47))).toThrow('the network takes 48 values, but got 47');
  });
});

function smallNetwork(): Network {
  return foldBatchNormalisation(
    buildTrained({
      seed: 3,
      input: { channels: 3, height: 4, width: 4 },
      stem: { channels: 5, kernel: 3, stride: 1 },
      unpadded: false,
      blocks: [{ channels: 5, stride: 1, kernel: 3, head: true }],
      classes: 4,
      propagation: 'synchronous',
    }),
  );
}
