/** The demo page as a place: it fits small screens, works by keyboard, reads out, and asks nobody else for anything. */
import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { paperModelPath } from '../../src/entry/node.js';
import { formatProbability } from '../../web/src/format.js';
import { describeWithChromium } from '../support/chromium.js';
import { type DemoPage, Site } from '../support/demo-page.js';
import { example, network, nodeAnswer } from '../support/node-answer.js';

const root = join(import.meta.dirname, '../..');
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong, one line each. */
async function violations({ page }: DemoPage): Promise<string[]> {
  // The page's own policy forbids foreign scripts, so axe comes in as the test's own.
  await page.evaluate(axe);
  const script = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`;
  const result = (await page.evaluate(script)) as {
    passes: unknown[];
    violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
  };
  expect(result.passes.length).toBeGreaterThan(20);
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

describeWithChromium('the demo page', () => {
  let site: Site;
  let demo: DemoPage;
  beforeAll(async () => {
    site = await Site.open();
  }, 60_000);
  afterAll(() => site.close());
  afterEach(async () => {
    expect(demo.complaints).toEqual([]);
    expect(demo.foreign).toEqual([]);
    await demo.close();
  });

  /** Opens the page and runs the first sample to its end. */
  async function visit(options: Parameters<Site['visit']>[0] = {}): Promise<void> {
    demo = await site.visit(options);
    await demo.realTime();
    await demo.finished('sunflower.png');
  }

  it.each([
    ['dark', 1280, 900],
    ['light', 1280, 900],
    ['dark', 390, 844],
    ['light', 390, 844],
  ] as const)('has nothing that axe objects to: %s, %i x %i', async (colorScheme, width, height) => {
    await visit({ colorScheme, viewport: { width, height } });
    const { page } = demo;
    await page.getByRole('button', { name: /^stage 2 after the addition/ }).click();
    await demo.choose('broken.png', Buffer.from('broken'));
    await page.getByRole('alert').waitFor();
    expect(await violations(demo)).toEqual([]);
    if (width < 1000) return;
    for (const name of ['Keyboard shortcuts', 'Enlarge the neurons of Stage 2, after the addition']) {
      await page.getByRole('button', { name }).click();
      await page.getByRole('dialog').waitFor();
      expect(await violations(demo)).toEqual([]);
      await page.getByRole('button', { name: 'Close', exact: true }).click();
    }
  });

  it('fits screens from 360 pixels on without horizontal scroll', async () => {
    demo = await site.visit({ viewport: { width: 360, height: 800 } });
    const { page } = demo;
    await demo.state(/sunflower\.png/);
    const size = () =>
      page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return { scrollWidth, clientWidth };
      });
    expect(await size()).toEqual({ scrollWidth: 360, clientWidth: 360 });
    await page.getByRole('button', { name: /^stem/ }).click();
    await demo.choose(`${'long'.repeat(40)}.png`, Buffer.from('broken'));
    await page.getByRole('alert').waitFor();
    for (const width of [360, 390, 768, 1000, 1024, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      // the network is laid out anew
      await page.waitForFunction(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('#network canvas')!;
        return Math.abs(canvas.width - canvas.clientWidth) <= 1;
      });
      expect(await size()).toEqual({ scrollWidth: width, clientWidth: width });
    }
  });

  it('explains on a phone in a sheet that opens on a touch and closes again', async () => {
    await visit({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const { page } = demo;
    const title = page.locator('#explain-title');
    expect(await title.isVisible()).toBe(false);
    await page.getByRole('button', { name: /^conv inside stage 1/ }).tap();
    await expect.poll(() => title.isVisible()).toBe(true);
    await expect.poll(() => title.textContent()).toBe('Stage 1, inner convolution');
    expect(await demo.text('#explain-facts')).toContain('3 × 3 from the stem');
    await page.getByRole('button', { name: 'Close the explanation' }).tap();
    await expect.poll(() => title.isVisible()).toBe(false);
  });

  it('lies beside its licence and those of what it contains', async () => {
    demo = await site.visit();
    const [own, others] = await Promise.all(
      ['LICENSE.txt', 'THIRD-PARTY-LICENSES.txt'].map(async (name) =>
        (await fetch(new URL(name, site.server.url))).text(),
      ),
    );
    expect(own).toContain('MIT License');
    expect(others).toContain('based in part on the work of the Independent JPEG Group');
  });

  it('works by keyboard alone, from picture to answer', async () => {
    demo = await site.visit();
    const { page } = demo;
    const focused = () =>
      page.evaluate(() => {
        const active = document.activeElement!;
        const name =
          active.getAttribute('aria-label') ??
          ((active as HTMLInputElement).labels?.[0] ?? active).textContent.trim();
        // a radio button is drawn by the span after it
        const shown = (active.matches('[type=radio]') && active.nextElementSibling) || active;
        const { outlineStyle, outlineWidth } = getComputedStyle(shown);
        return { name, ring: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0 };
      });
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    /** Tabs on, every stop with a visible ring, until one has this name. */
    const tabTo = async (name: RegExp) => {
      for (let stop = 0; stop < 40; stop++) {
        await press('Tab');
        const found = await focused();
        expect(found).toMatchObject({ ring: true });
        if (name.test(found.name)) return;
      }
      throw new Error(`Tab does not come to ${name}`);
    };
    await demo.state(/^Running · sunflower/);
    await press('Tab');
    expect(await focused()).toEqual({ name: 'Skip to the network', ring: true });
    await tabTo(/^Sample: orange$/);
    await press('Enter');
    await tabTo(/^16 \/s$/);
    await press('ArrowRight');
    expect(await focused()).toEqual({ name: 'real time', ring: true });
    await demo.finished('orange.png');
    expect(await demo.text('#verdict-label')).toBe('orange');

    // space, arrow and digits act on the run wherever they mean nothing else
    await press('ArrowRight');
    expect((await focused()).name).toBe('2 /s');
    await tabTo(/^Posterior$/);
    await press('r');
    await demo.state(/^Running · orange/);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await press(' ');
    await demo.state(/^Paused · orange/);
    const clock = async () => Number((await demo.text('#clock')).split(' ')[0]);
    const before = await clock();
    await press('ArrowRight');
    await expect.poll(clock).toBe(before + 1);
    await press('3');
    await demo.state(/^Running · orange\.png · head 3/);
    await press('0');
    await demo.state(/^Running · orange\.png · no prior/);

    // within the network the arrow keys move from part to part, and each is explained
    await page.getByRole('button', { name: 'picture as the network sees it' }).focus();
    await press('ArrowRight', 'ArrowRight', 'ArrowRight');
    expect((await focused()).name).toMatch(/^stage 1 after the addition, 32 × 32 × 64 neurons, spiking: \d/);
    await expect.poll(() => demo.text('#explain-title')).toBe('Stage 1, after the addition');
    await press('End');
    await expect.poll(() => demo.text('#explain-title')).toBe('Fusion');
    await press('Tab');
    expect((await focused()).name).toBe('Restart');

    // settings have names, and one that is moved by keyboard is explained
    await tabTo(/^Forgetting$/);
    const { forgetting } = network.defaults;
    await expect.poll(() => demo.text('#explain-title')).toBe('Forgetting');
    await press('Home');
    expect(await demo.text('#forgetting-value')).toBe('none');
    await press('ArrowRight', 'ArrowRight', 'ArrowRight');
    expect(await demo.text('#forgetting-value')).toBe('k = 3');
    await expect.poll(() => demo.text('#explain-facts')).toContain(`3 (default ${forgetting})`);
    await demo.state(/orange\.png · no prior · synchronous · forgetting 3$/);

    // shortcuts, which act where no setting has the focus, can be turned off
    await tabTo(/^Copy the answer as JSON$/);
    await press('?');
    await page.getByRole('dialog').waitFor();
    await page.getByRole('checkbox', { name: 'Shortcuts are on' }).press(' ');
    await press('Escape');
    await press('4');
    expect(await demo.text('#state')).toContain('no prior');
  });

  it('explains what forgetting does to the evidence', async () => {
    await visit();
    const { page } = demo;
    const slider = page.getByRole('slider', { name: 'Forgetting' });
    for (const [k, timesteps, quarter] of [
      ['0', '64', '25 %'],
      // the sum of t^2 from 1 to 64 is 89,440, that of t^4 223,224,352; to 16 that of t^2 is 1,496
      ['2', '64, count as 35.8', '1.7 %'],
    ] as const) {
      await slider.fill(k);
      await slider.focus();
      await expect
        .poll(() => demo.text('#explain-facts'))
        .toBe(
          `k${k} (default ${network.defaults.forgetting})Timesteps N${timesteps}First quarter of them${quarter} of the weight`,
        );
    }
    expect(await demo.text('#explain-text')).toContain('μ_j = Σ t^k·s_j(t) / Σ t^k');
    const fusion = async () => {
      await page.getByRole('button', { name: 'fusion of both predictions' }).click();
      await expect.poll(() => demo.text('#explain-title')).toBe('Fusion');
      return demo.text('#explain-text');
    };
    expect(await fusion()).toContain('timestep t counts as t^2');
    await slider.fill('0');
    await expect.poll(fusion).not.toContain('counts as t^');
  });

  it('reads the answer out once it is there', async () => {
    await visit();
    const { predictions } = await nodeAnswer('sunflower.png', await example('sunflower.png'));
    const live = demo.page.locator('[aria-live=polite]');
    await expect
      .poll(() => live.textContent())
      .toBe(`After 64 timesteps: sunflower, ${formatProbability(predictions[0]!.probability)} sure.`);
    expect(await demo.page.locator('#plot').textContent()).toContain(
      `after 64 timesteps: sunflower leads with ${predictions[0]!.rate.toFixed(2)}`,
    );
  });

  it('explains what is pointed at with the figures of the run', async () => {
    await visit();
    const { page } = demo;
    await page.getByRole('button', { name: /^stage 8 after the addition/ }).hover();
    const facts = () => demo.text('#explain-facts');
    const last = network.populations.at(-1)!;
    await expect.poll(facts).toContain('4 × 4 × 512');
    expect(await facts()).toContain(last.lambda.toPrecision(3));
    expect(await facts()).toMatch(/Spikes so far\d+(\.\d+)? k/);
    await page.locator('#energy-model').selectOption('horowitz-45nm-fp32');
    const answer = await nodeAnswer('sunflower.png', await example('sunflower.png'));
    // 0.9 pJ a synaptic operation, and 4.6 pJ for each of the 1,769,472 multiply-accumulates of the first layer
    const millijoules = (answer.synapticOperations * 0.9 + 1_769_472 * 4.6) * 1e-9;
    const share = Math.round((100 * millijoules) / answer.annEnergyMillijoules);
    await expect.poll(() => demo.text('#energy-value')).toBe(`${millijoules.toFixed(2)} mJ`);
    expect(await demo.text('#energy-compared')).toBe(`${share} % of one dense pass, 2.22 mJ`);
  });

  it('holds an explanation that was clicked, until Escape', async () => {
    await visit();
    const { page } = demo;
    const title = () => demo.text('#explain-title');
    await page.getByRole('button', { name: /^stem/ }).click();
    await expect.poll(title).toBe('Stem');
    await page.getByRole('button', { name: 'Energy' }).hover();
    await page.getByRole('button', { name: 'Enlarge the neurons of Stem' }).click();
    await page.getByRole('dialog', { name: 'Every neuron: Stem' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await title()).toBe('Stem');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Energy' }).hover();
    await expect.poll(title).toBe('Energy');
  });

  it('opens with the picture that was chosen while the network was loading', async () => {
    let release = () => {};
    const chosen = new Promise<void>((resolve) => {
      release = resolve;
    });
    demo = await site.visit({}, undefined, (page) =>
      page.route('**/*.snn', async (route) => {
        await chosen;
        await route.continue();
      }),
    );
    await demo.sample('road');
    release();
    await demo.state(/^Running · road\.png/);
  });

  it('says so where the network cannot be downloaded, or comes damaged', async () => {
    for (const [answer, message] of [
      [{ status: 404 }, /^resnet18-cifar100-.*\.snn cannot be downloaded \(the server answers 404\): reload/],
      [{ body: Buffer.alloc(1000) }, /the connection ended after 1000 of 114\d{5} bytes/],
      [{ body: Buffer.alloc((await stat(paperModelPath())).size) }, /is not a snnwasm model|model/],
    ] as const) {
      demo = await site.visit({}, undefined, (page) =>
        page.route('**/*.snn', (route) => route.fulfill(answer)),
      );
      await expect.poll(() => demo.text('#message-text')).toMatch(message);
      expect(await demo.text('#verdict-label')).toBe('not loaded');
      demo.complaints.splice(
        0,
        demo.complaints.length,
        ...demo.complaints.filter((text) => !/404/.test(text)),
      );
      if (!('body' in answer) || answer.body.length < 1e6) await demo.close();
    }
  });

  it('moves nothing by itself where less motion is asked for', async () => {
    await visit({ reducedMotion: 'reduce' });
    const durations = await demo.page.evaluate(() =>
      [...document.querySelectorAll('*')].map((element) => getComputedStyle(element).transitionDuration),
    );
    expect(new Set(durations)).toEqual(new Set(['0s']));
  });

  it('is served for work on it by "npm run web"', async () => {
    const server = spawn(process.execPath, ['node_modules/vite/bin/vite.js', 'web'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(scripts.web).toBe('vite web');
    try {
      const url = await printedAddress(server.stdout);
      demo = await site.visit({}, url);
      await demo.state(/sunflower\.png/);
    } finally {
      server.kill();
    }
  });
});

/** The address that Vite prints once it listens. */
async function printedAddress(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const part of output) {
    text += part;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a terminal
    const address = /http:\/\/localhost:\d+\//.exec(text.replace(/\u001b\[\d+m/g, ''));
    if (address !== null) return address[0];
  }
  throw new Error(`vite ended without an address: ${text}`);
}
