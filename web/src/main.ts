/** Starts the page: loads the network while the first picture is fetched, then connects every way in. */
import { handOver } from './clipboard.js';
import { element, setText } from './dom.js';
import { CameraDialog } from './input/camera.js';
import { receiveFiles } from './input/files.js';
import { SAMPLES, type Sample, SampleStrip } from './input/samples.js';
import { Message } from './message.js';
import { Page } from './page.js';
import { listenToShortcuts } from './shortcuts.js';
import { Simulator } from './simulator.js';

const message = new Message();
const loading = element('#loading', HTMLElement);
const progress = element('#progress', HTMLProgressElement);
const copyButton = element('#copy', HTMLButtonElement);
setText(element('#version', HTMLElement), __VERSION__);

let page: Page | null = null;
/** What was chosen before the network was there. */
let waiting: (() => void) | null = null;
/** Counts choices, so that a slow download does not bring back a picture that was replaced since. */
let choice = 0;

const simulator = new Simulator({
  progress(loaded, total) {
    progress.value = loaded / total;
    const [done, all] = [loaded, total].map((bytes) => (bytes / 1e6).toFixed(1));
    setText(element('#loading-text', HTMLElement), `Loading the network: ${done} of ${all} MB`);
  },
  ready(model) {
    loading.hidden = true;
    for (const part of ['#transport', '#panels']) element(part, HTMLElement).inert = false;
    page = new Page(model, simulator, message);
    connect(page);
    waiting?.();
    waiting = null;
  },
  started: (seen) => page?.started(seen),
  frame: (frame) => page?.frame(frame),
  report: (json) => void deliver(json),
  refused(text, fatal) {
    if (page === null || fatal) message.show(text);
    if (page === null && fatal) {
      loading.hidden = true;
      setText(element('#verdict-label', HTMLElement), 'not loaded');
    }
    page?.refused(text);
  },
});

const strip = new SampleStrip((sample) => void showSample(sample));

async function showSample(sample: Sample): Promise<void> {
  const mine = ++choice;
  try {
    const response = await fetch(sample.url);
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    const bytes = await response.arrayBuffer();
    if (mine === choice)
      show(() => page?.present({ from: 'file', bytes }, sample.name, () => strip.mark(sample.name)));
  } catch (error) {
    message.show(`${sample.name} cannot be downloaded (${String(error)}): try again`);
  }
}

async function showFile(file: Blob, name: string): Promise<void> {
  const mine = ++choice;
  try {
    const bytes = await file.arrayBuffer();
    const again = () => void showFile(file, name);
    const started = () => strip.showOwn(file, name, again);
    if (mine === choice) show(() => page?.present({ from: 'file', bytes }, name, started));
  } catch {
    message.show(`${name} cannot be read: is it a folder, or was it moved or deleted?`);
  }
}

function showPhoto({ width, height, data }: ImageData, preview: Promise<Blob>): void {
  choice++;
  const name = 'camera.png';
  const started = () => {
    void preview.then((blob) => strip.showOwn(blob, name, () => void showFile(blob, name)));
  };
  show(() =>
    page?.present({ from: 'canvas', width, height, rgba: data.buffer as ArrayBuffer }, name, started),
  );
}

function show(present: () => void): void {
  if (page === null) waiting = present;
  else present();
}

async function deliver(json: string): Promise<void> {
  const done = await handOver(json, 'snnwasm-answer.json');
  setText(copyButton, done === 'copied' ? 'Copied' : 'Saved as a file');
  setTimeout(() => setText(copyButton, 'Copy the answer as JSON'), 2000);
}

function connect(page: Page): void {
  copyButton.addEventListener('click', () => page.copy());
  const heads = Array.from({ length: 10 }, (_, digit) => ({
    key: String(digit),
    shown: digit === 1 ? '1 – 9' : digit === 0 ? '0' : '',
    does: digit === 0 ? 'no head as the prior' : 'this internal head as the prior',
    run: () => page.chooseHead(digit),
  }));
  listenToShortcuts([
    { key: ' ', shown: 'Space', does: 'play or pause', run: () => page.toggle() },
    { key: 'ArrowRight', shown: '→', does: 'one timestep', run: () => page.step() },
    { key: 'r', shown: 'R', does: 'restart', run: () => page.restart() },
    ...heads,
    { key: 'o', shown: 'O', does: 'open a picture', run: () => element('#open', HTMLButtonElement).click() },
    { key: 'c', shown: 'C', does: 'camera', run: () => element('#camera', HTMLButtonElement).click() },
    { key: 'j', shown: 'J', does: 'copy the answer as JSON', run: () => page.copy() },
    { key: '?', shown: '?', does: 'this list', run: () => element('#help', HTMLButtonElement).click() },
  ]);
}

receiveFiles({ file: (file) => void showFile(file, file.name), refused: (text) => message.show(text) });
new CameraDialog(showPhoto);
// What the page opens with is fetched while the network is.
void showSample(SAMPLES[0]!);
