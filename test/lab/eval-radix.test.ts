/** `snnwasm eval --coding radix` as a process, held against the reference simulator. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCifar100 } from '../../lab/data/cifar100.js';
import type { DigitsResult } from '../../lab/evaluation/radix.js';
import { loadModelFile } from '../../src/host/node/models.js';
import { quantiseInput } from '../../src/picture/tensor.js';
import { simulateRadix } from '../reference/radix.js';
import { snnwasm } from '../support/cli.js';
import { evaluationFolder } from '../support/evaluation.js';

const IMAGES = 12;

describe('snnwasm eval --coding radix', () => {
  it('gives the accuracy and the events that the reference counts', async () => {
    const folder = await evaluationFolder();
    const words = [
      'eval',
      'tiny.snn',
      '--coding',
      'radix',
      '--digits',
      '2,4',
      '--data',
      'data',
      '--out',
      'out',
    ];
    const { code, stdout } = await snnwasm(
      [...words, '--limit', String(IMAGES), '--fit-images', '8'],
      folder,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +digits +membrane +fused +spikes +fused +operations +energy\n/);
    const { results } = JSON.parse(await readFile(join(folder, 'out', 'radix.json'), 'utf8')) as {
      results: DigitsResult[];
    };
    expect(results.map(({ digits }) => digits)).toEqual([2, 4]);
    const network = await loadModelFile(join(folder, 'tiny.snn'));
    const images = await openCifar100(join(folder, 'data'), 'test');
    for (const result of results) {
      let right = 0;
      let spikes = 0;
      let operations = 0;
      for (let index = 0; index < IMAGES; index++) {
        const { label, image } = images.image(index);
        const { input, normalisation, inputFractionBits } = network;
        const tensor = quantiseInput(image, input, normalisation, inputFractionBits);
        const { populations, heads } = simulateRadix(network, tensor, result.digits);
        const final = heads[heads.length - 1]!;
        const { threshold } = network.heads[heads.length - 1]!;
        const most = 2 ** result.digits - 1;
        const said = [...final.accumulated].map((sum, j) => Math.max(0, Math.min(most, sum / threshold[j]!)));
        right += Number(said.indexOf(Math.max(...said)) === label);
        const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
        spikes += sum(populations.map((one) => sum(one.spikes)));
        operations += sum([...populations, final].map((one) => sum(one.synapticOperations)));
      }
      expect(result.membrane.alone.value).toBeCloseTo(right / IMAGES, 12);
      expect(result.emittedSpikes).toBeCloseTo(spikes / IMAGES, 6);
      expect(result.synapticOperations).toBeCloseTo(operations / IMAGES, 6);
      expect(result.energyMillijoules).toBeCloseTo((operations / IMAGES) * 26e-9, 12);
    }
  });

  it('refuses a number of digits that there is not', async () => {
    const { code, stderr } = await snnwasm(['eval', '--coding', 'radix', '--digits', '9', '--data', '.']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/whole numbers from 1 to 8/);
  });
});
