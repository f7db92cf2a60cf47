/** The demo page in a real browser computes what Node computes, to the last spike. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLASSIFY_SETTINGS } from '../../src/app/options.js';
import { loadModel } from '../../src/entry/index-node.js';
import { paperModelPath } from '../../src/host/node/models.js';
import { formatShare } from '../../web/src/format.js';
import { describeWithChromium } from '../support/chromium.js';
import { CLI } from '../support/cli.js';
import { type DemoPage, type Report, Site } from '../support/demo-page.js';
import {
  example,
  type NodeRates,
  network,
  neurons,
  nodeAnswer,
  nodeRates,
  nodeSpikes,
} from '../support/node-answer.js';

const root = join(import.meta.dirname, '../..');

function withoutTime({ milliseconds, ...rest }: Report): Omit<Report, 'milliseconds'> {
  expect(milliseconds).toBeGreaterThan(0);
  return rest;
}

/** The guesses and the marks of the first bar show these rates. */
async function expectShown({ page }: DemoPage, rates: NodeRates): Promise<void> {
  const shown = await page.evaluate(() => {
    const style = document.querySelector<HTMLElement>('.bar.first')!.style;
    const number = (name: string) => Number(style.getPropertyValue(name));
    const guesses = ['early', 'final', 'fused'].map(
      (who) => document.querySelector(`#guess-${who} span:last-child`)!.textContent!.split(' · ')[0],
    );
    return { fused: number('--rate'), final: number('--final-rate'), early: number('--early-rate'), guesses };
  });
  const { fused, final, early, best } = rates;
  expect(shown).toEqual({ fused, final, early, guesses: [best.early, best.final, best.fused] });
}

describeWithChromium('the answer of the demo page', () => {
  let site: Site;
  let demo: DemoPage;
  beforeAll(async () => {
    site = await Site.open('--use-fake-device-for-media-stream');
    demo = await site.visit();
  }, 60_000);
  afterAll(async () => {
    expect(demo.complaints).toEqual([]);
    expect(demo.foreign).toEqual([]);
    await site.close();
  });

  it('to the sample that it opens with is there without being asked, and is what the command line prints', async () => {
    await demo.realTime();
    await demo.finished('sunflower.png');
    const report = await demo.report();
    expect(withoutTime(report)).toEqual(await nodeAnswer('sunflower.png', await example('sunflower.png')));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [CLI, 'run', 'sunflower.png', '--json', '--model', paperModelPath()],
      {
        cwd: join(root, 'examples'),
      },
    );
    const [printed] = JSON.parse(stdout) as Report[];
    expect(report).toMatchObject({ ...printed, milliseconds: expect.any(Number) });
    expect(await demo.text('#verdict-label')).toBe('sunflower');
    expect(await demo.text('#verdict-energy')).toBe(`${report.energyMillijoules.toFixed(1)} mJ`);
    expect(report.spikes).toBeGreaterThan(1e6);
  });

  it.each([
    ['jpeg', 'image/jpeg', { quality: 80 }],
    ['webp', 'image/webp', { quality: 70 }],
    ['png', 'image/png', { palette: true }],
  ] as const)('to a %s file equals Node’s', async (format, type, options) => {
    const bytes = await sharp(await example('orange.png'))
      .resize(150, 110, { fit: 'cover' })
      .toFormat(format, options)
      .toBuffer();
    const name = `fruit.${format}`;
    await demo.choose(name, bytes, type);
    await demo.finished(name);
    expect(withoutTime(await demo.report())).toEqual(await nodeAnswer(name, bytes));
  });

  it('to one picture after another equals Node’s, also where the second comes in the middle of the first', async () => {
    await demo.sample('cloud');
    await demo.finished('cloud.png');
    expect(withoutTime(await demo.report())).toEqual(
      await nodeAnswer('cloud.png', await example('cloud.png')),
    );
    await demo.speed('8 /s');
    await demo.sample('sea');
    await demo.state(/^Running · sea\.png/);
    await demo.realTime();
    await demo.sample('road');
    await demo.finished('road.png');
    const report = withoutTime(await demo.report());
    expect(report).toEqual(await nodeAnswer('road.png', await example('road.png')));
    expect(report.predictions[0]!.label).toBe('road');
  });

  it('follows every setting', async () => {
    const { page } = demo;
    await page.getByRole('spinbutton', { name: 'Timesteps' }).fill('40');
    await page.getByLabel('Head as the prior').selectOption('3');
    await page.getByRole('radio', { name: 'pipelined' }).check();
    await page.getByLabel('Initial potential').fill('0.25');
    const { priorStrength } = network.heads.find(({ name }) => name === '3')!;
    await demo.state(new RegExp(`^Done · road\\.png · head 3, P ${priorStrength.toFixed(2)} · pipelined`));
    const settings = { head: '3', propagation: 'pipelined', initialPotential: 0.25 } as const;
    const road = await example('road.png');
    expect(withoutTime(await demo.report())).toEqual(await nodeAnswer('road.png', road, settings, 40));

    await page.getByLabel('Head as the prior').selectOption('');
    await demo.state(/^Done · road\.png · no prior · pipelined/);
    const alone = { ...settings, head: null };
    expect(withoutTime(await demo.report())).toEqual(await nodeAnswer('road.png', road, alone, 40));
  });

  it('moves with the prior strength, and goes on from where it is with more timesteps', async () => {
    const { page } = demo;
    await page.getByRole('button', { name: 'Defaults' }).click();
    const { head } = network.defaults;
    const { priorStrength } = network.heads.find(({ name }) => name === head)!;
    await demo.state(
      new RegExp(`^Done · road\\.png · head ${head}, P ${priorStrength.toPrecision(3)} · synchronous`),
    );
    const before = await demo.report();
    await page.getByLabel('Prior strength P').fill('90');
    await demo.state(new RegExp(`^Done · road\\.png · head ${head}, P 90\\.0`));
    const road = await example('road.png');
    const moved = await demo.report();
    expect(withoutTime(moved)).toEqual(await nodeAnswer('road.png', road, { priorStrength: 90 }));
    expect(moved.predictions[0]!.rate).not.toBe(before.predictions[0]!.rate);
    // nothing was simulated for it
    expect(moved.milliseconds).toBe(before.milliseconds);

    await page.getByRole('spinbutton', { name: 'Timesteps' }).fill('70');
    await page.waitForFunction(() => document.querySelector('#clock')?.textContent === '70 / 70');
    const longer = await demo.report();
    expect(withoutTime(longer)).toEqual(await nodeAnswer('road.png', road, { priorStrength: 90 }, 70));
    await page.getByRole('button', { name: 'Defaults' }).click();
    await demo.finished('road.png');
  });

  it('moves with forgetting, which weighs the same spikes anew, also in the middle of a run', async () => {
    const { page } = demo;
    const road = await example('road.png');
    const forgetting = page.getByRole('slider', { name: 'Forgetting' });
    const answers: Report[] = [];
    for (const k of [0, 2, 8]) {
      await forgetting.fill(String(k));
      await demo.state(
        new RegExp(`^Done · road\\.png · .* synchronous${k === 0 ? '$' : ` · forgetting ${k}$`}`),
      );
      const report = await demo.report();
      expect(withoutTime(report)).toEqual(await nodeAnswer('road.png', road, { forgetting: k }));
      expect(report.forgetting).toBe(k);
      await expectShown(demo, await nodeRates(road, { forgetting: k }));
      answers.push(report);
    }
    // nothing was simulated for it, and what is counted stays counted
    expect(new Set(answers.map(({ milliseconds }) => milliseconds)).size).toBe(1);
    expect(new Set(answers.map(({ counts }) => JSON.stringify(counts))).size).toBe(1);
    expect(new Set(answers.map(({ predictions }) => predictions[0]!.rate)).size).toBe(3);

    // with another head, and with none
    await page.getByLabel('Head as the prior').selectOption('3');
    await demo.state(/^Done · road\.png · head 3, .* forgetting 8$/);
    const third = { head: '3', forgetting: 8 };
    expect(withoutTime(await demo.report())).toEqual(await nodeAnswer('road.png', road, third));
    await page.getByLabel('Head as the prior').selectOption('');
    await demo.state(/^Done · road\.png · no prior/);
    await forgetting.fill('1');
    await demo.state(/forgetting 1$/);
    const alone = { head: null, forgetting: 1 };
    expect(withoutTime(await demo.report())).toEqual(await nodeAnswer('road.png', road, alone));

    // while it runs, as fast as it can: it ends where it should
    await page.getByRole('button', { name: 'Restart' }).click();
    for (const k of [2, 3, 4, 5, 6, 2]) await forgetting.fill(String(k));
    await demo.finished('road.png');
    const moved = { head: null, forgetting: 2 };
    expect(withoutTime(await demo.report())).toEqual(await nodeAnswer('road.png', road, moved));

    await page.getByRole('button', { name: 'Defaults' }).click();
    expect(await forgetting.inputValue()).toBe(String(network.defaults.forgetting));
    await demo.state(new RegExp(`^Done · road\\.png · head ${network.defaults.head}, `));
    expect(withoutTime(await demo.report())).toEqual(await nodeAnswer('road.png', road));
  });

  it('stops when it is sure, where the library stops', async () => {
    const { page } = demo;
    const bytes = await example('orange.png');
    await page.getByLabel('Stop when sure').selectOption('0.95');
    await demo.realTime();
    await demo.sample('orange');
    await demo.finished('orange.png');
    const report = await demo.report();
    const model = await loadModel(paperModelPath());
    const answer = await model.classify(new Uint8Array(bytes), { stopWhenSure: 0.95 });
    expect(answer.timesteps).toBeLessThan(64);
    const { timesteps, spikes, synapticOperations } = answer;
    expect(report).toMatchObject({ timesteps, spikes, synapticOperations });
    expect(report.predictions[0]!.index).toBe(answer.predictions[0]!.index);
    expect(await demo.text('#clock')).toBe(`${answer.timesteps} / ${answer.timesteps}`);
    await page.getByRole('button', { name: 'Defaults' }).click();
    await expect.poll(() => demo.text('#clock'), { timeout: 15_000 }).toBe('64 / 64');
  });

  it('takes labels and bounds of its controls from the schema', async () => {
    const { page } = demo;
    for (const [id, { label, offered }] of [
      ['strength', CLASSIFY_SETTINGS.priorStrength],
      ['timesteps', CLASSIFY_SETTINGS.timesteps],
      ['potential', CLASSIFY_SETTINGS.initialPotential],
      ['forgetting', CLASSIFY_SETTINGS.forgetting],
    ] as const) {
      const control = page.locator(`#${id}`);
      expect(await page.locator(`label[for=${id}]`).textContent()).toBe(label);
      expect([await control.getAttribute('min'), await control.getAttribute('max')]).toEqual([
        String(offered.least),
        String(offered.most),
      ]);
    }
  });

  it('can be watched timestep by timestep: every layer shows the spikes that Node counts', async () => {
    const { page } = demo;
    const bytes = await example('plate.png');
    await demo.speed('2 /s');
    await demo.sample('plate');
    await page.getByRole('button', { name: 'Pause' }).click();
    await demo.state(/^Paused · plate\.png/);
    const timestep = async () => Number((await demo.text('#clock')).split(' ')[0]);
    const rows = await nodeSpikes(bytes, 6);
    const first = await timestep();
    for (let t = Math.max(first, 1) + 1; t <= 5; t++) {
      await page.getByRole('button', { name: 'One timestep' }).click();
      await page.waitForFunction((t) => document.querySelector('#clock')?.textContent === `${t} / 64`, t);
      const shown = await page.locator('.layer .value').allTextContents();
      expect(shown).toEqual(rows[t - 1]!.map((spikes, layer) => formatShare(spikes / neurons[layer]!)));
    }
    expect(await timestep()).toBe(5);
    expect(withoutTime(await demo.report())).toEqual(await nodeAnswer('plate.png', bytes, {}, 5));
    await demo.realTime();
    await page.getByRole('button', { name: 'Play' }).click();
    await demo.finished('plate.png');
  });

  it('to a broken file is a message that says what to do; the picture before stays, and the next one works', async () => {
    const { page } = demo;
    const message = page.getByRole('alert');
    const half = (await example('sea.png')).subarray(0, 9000);
    await demo.choose('half.png', half);
    await expect
      .poll(() => message.textContent())
      .toBe('half.png: the PNG is truncated or damaged: fetch or export it again');
    await demo.choose('notes.png', Buffer.from('not a picture at all'));
    await expect.poll(() => message.textContent()).toMatch(/^notes\.png: .*PNG, JPEG/);
    expect(await demo.report()).toMatchObject({ file: 'plate.png', timesteps: 64 });
    await demo.sample('skyscraper');
    await demo.finished('skyscraper.png');
    expect(await message.isVisible()).toBe(false);
    expect((await demo.report()).predictions[0]!.label).toBe('skyscraper');
  });

  it('comes to a picture that is dropped or pasted', async () => {
    const { page } = demo;
    for (const [kind, name] of [
      ['drop', 'orange.png'],
      ['paste', 'cloud.png'],
    ] as const) {
      const bytes = await example(name);
      await page.evaluate(
        ({ kind, name, data }) => {
          const transfer = new DataTransfer();
          const file = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          transfer.items.add(new File([file], name, { type: 'image/png' }));
          const event =
            kind === 'drop'
              ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
              : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
          document.body.dispatchEvent(event);
        },
        { kind, name, data: bytes.toString('base64') },
      );
      await demo.finished(name);
      expect(withoutTime(await demo.report())).toEqual(await nodeAnswer(name, bytes));
    }
  });

  it('comes to a photograph; where the camera is refused the page says so', async () => {
    const { page } = demo;
    await page.getByRole('button', { name: 'Camera' }).click();
    await expect.poll(() => demo.text('#camera-text')).toMatch(/^The camera was refused\. Allow it/);
    expect(await page.getByRole('button', { name: 'Take the picture' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.context().grantPermissions(['camera', 'clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Camera' }).click();
    await page.getByRole('button', { name: 'Take the picture' }).click();
    await demo.finished('camera.png');
    const report = await demo.report();
    expect(report).toMatchObject({ file: 'camera.png', timesteps: 64 });
    expect(report.spikes).toBeGreaterThan(1e5);
  });

  it('needed the network once', () => {
    const { requests } = site.server;
    expect(requests.filter((name) => name.endsWith('.snn'))).toHaveLength(1);
    expect(requests.filter((name) => name.includes('snnwasm-'))).toHaveLength(1);
    const code = requests.filter((name) => /\.(?:html|js|css|wasm)$/.test(name));
    expect(new Set(code).size).toBe(code.length);
  });
});
