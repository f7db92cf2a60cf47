/** The worker's loop: one command after the other, each answered; nothing runs unasked, so nothing piles up. */
import { UserError } from '../../../src/index.js';
import { type AssetFile, type Command, type Reply, readCommand } from '../protocol.js';
import { download } from './download.js';
import { Session } from './session.js';
import { summarise } from './summary.js';

/** The part of a worker's global scope that is used here; the DOM's types know only the window's. */
interface Scope {
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
  postMessage(message: Reply, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
let session: Session | null = null;
/** The latest start that was asked for: a slow decoder must not bring back a picture that was replaced since. */
let wanted = -1;
let queue: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }) => {
  const command = readCommand(data);
  if (command.kind === 'start') wanted = command.run;
  queue = queue.then(() => obey(command)).catch((error: unknown) => refuse(command, error));
};

async function obey(command: Command): Promise<void> {
  switch (command.kind) {
    case 'load':
      return load(command.model, command.kernels);
    case 'start': {
      if (command.run !== wanted) return;
      const { run, picture, settings } = command;
      const current = required();
      const image = picture && (await current.decode(picture));
      if (run !== wanted) return;
      const started = current.start(run, image, settings);
      return scope.postMessage({ kind: 'started', run, ...started });
    }
    case 'advance':
      return sendFrame(required().advance(command.run, command.timesteps, command.milliseconds));
    case 'weigh':
      return sendFrame(required().weigh(command.run, command.strength, command.forgetting));
    case 'watch':
      return session?.watch(command.layer);
    case 'report':
      return scope.postMessage({ kind: 'report', json: required().report(command.run, command.file) });
  }
}

async function load(modelFile: AssetFile, kernelsFile: AssetFile): Promise<void> {
  const [model, kernels] = await Promise.all([
    download(modelFile, (loaded) => {
      scope.postMessage({ kind: 'progress', loaded, total: modelFile.bytes });
    }),
    download(kernelsFile),
  ]);
  session = await Session.create(model, kernels);
  scope.postMessage({ kind: 'ready', model: summarise(session.network) });
}

function required(): Session {
  if (session === null) throw new UserError('the network is not there yet: wait until it is loaded');
  return session;
}

function sendFrame(frame: Reply | null): void {
  if (frame === null || frame.kind !== 'frame') return;
  const { perPixel, perChannel, rates, neurons } = frame;
  const buffers = [perPixel.buffer, perChannel.buffer, rates.buffer] as ArrayBuffer[];
  if (neurons !== null) buffers.push(neurons.spikes.buffer as ArrayBuffer);
  scope.postMessage(frame, buffers);
}

/** What a person can mend is told as it is; anything else is a fault of this program and says so. */
function refuse(command: Command, error: unknown): void {
  const run = 'run' in command ? command.run : null;
  const known = error instanceof UserError;
  const message = known ? error.message : `the simulation failed: ${String(error)}`;
  scope.postMessage({ kind: 'refused', message, run, fatal: !known || command.kind === 'load' });
}
