/**
 * What `snnwasm run PICTURE` does, in a fresh process, with the clock read after every step; prints JSON. It loads the
 * built package with plain Node, as a user does. The command itself reads model and kernels at the same time; here they
 * come one after the other, so that each has its own time.
 */
import { readFile } from 'node:fs/promises';

const began = performance.timeOrigin + performance.now();
const stages = {};
let last = performance.now();
const mark = (name) => {
  const now = performance.now();
  stages[name] = now - last;
  last = now;
};

const dist = new URL('../../dist/src/', import.meta.url);
const load = (path) => import(new URL(path, dist).href);
for (const command of ['run', 'convert', 'inspect', 'bundle']) await load(`cli/${command}.js`);
mark('imports');
const { kernelModule } = await load('host/node/kernels.js');
const { paperModelPath } = await load('host/node/models.js');
const { nodeCodecs } = await load('host/node/codecs.js');
const { readModel } = await load('file/file.js');
const { decodeImage } = await load('picture/decode.js');
const { Classifier } = await load('run/run.js');
const { answerOf } = await load('run/answer.js');
last = performance.now();

const bytes = new Uint8Array(await readFile(paperModelPath()));
mark('model: read the file');
const network = readModel(bytes);
mark('model: check');
const module = await kernelModule();
mark('kernels: compile');
const classifier = await Classifier.create(module, network);
mark('plan: instantiate, write weights');
const image = await decodeImage(await readFile(process.argv[2]), nodeCodecs);
mark('image: decode');
const run = classifier.start(image);
mark('image: resize, present');
run.advance(network.defaults.timesteps);
mark(`${network.defaults.timesteps} timesteps`);
answerOf(network, run, 5);
mark('answer');
process.stdout.write(JSON.stringify({ began, ended: performance.timeOrigin + performance.now(), stages }));
