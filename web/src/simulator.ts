/** The page's side of the worker: sends commands, hands on the answers about the run that is wanted. */
import kernels from '../../dist/snnwasm.wasm?url';
import model from '../../weights/resnet18-cifar100.snn?url';
import type { Command, Frame, Model, Picture, Reply, Settings } from './protocol.js';
import { readReply } from './protocol.js';

export interface Listener {
  progress(loaded: number, total: number): void;
  ready(model: Model): void;
  started(seen: Uint8ClampedArray, priorStrength: number): void;
  frame(frame: Frame): void;
  report(json: string): void;
  /** @param fatal - nothing more will come */
  refused(message: string, fatal: boolean): void;
}

export class Simulator {
  readonly #worker: Worker;
  readonly #listener: Listener;
  #run = 0;
  /** The run that was asked for and is not there yet, while the one before still stands. */
  #pending: number | null = null;
  #last = 0;

  constructor(listener: Listener) {
    this.#listener = listener;
    this.#worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => this.#take(readReply(data));
    this.#worker.onerror = ({ message }) =>
      listener.refused(`the simulation cannot run here (${message || 'its worker did not load'})`, true);
    const here = (url: string) => new URL(url, document.baseURI).href;
    this.#send({
      kind: 'load',
      model: { url: here(model), bytes: __MODEL_BYTES__ },
      kernels: { url: here(kernels), bytes: __KERNEL_BYTES__ },
    });
  }

  /** True while a picture is being decoded: the run before can be looked at but not advanced. */
  get starting(): boolean {
    return this.#pending !== null;
  }

  /** @param picture - null for the one before; its bytes move to the worker */
  start(picture: Picture | null, settings: Settings): void {
    this.#pending = ++this.#last;
    const moved = picture === null ? [] : [picture.from === 'file' ? picture.bytes : picture.rgba];
    this.#send({ kind: 'start', run: this.#pending, picture, settings }, moved);
  }

  advance(timesteps: number, milliseconds: number): void {
    this.#send({ kind: 'advance', run: this.#run, timesteps, milliseconds });
  }

  /** Also the run that is not there yet, since it was asked for with the weights before; frames of it come after it. */
  weigh(strength: number, forgetting: number): void {
    for (const run of [this.#run, ...(this.#pending === null ? [] : [this.#pending])])
      this.#send({ kind: 'weigh', run, strength, forgetting });
  }

  watch(layer: number | null): void {
    this.#send({ kind: 'watch', layer });
  }

  report(file: string): void {
    this.#send({ kind: 'report', run: this.#run, file });
  }

  #send(command: Command, moved: Transferable[] = []): void {
    this.#worker.postMessage(command, moved);
  }

  #take(reply: Reply): void {
    switch (reply.kind) {
      case 'progress':
        this.#listener.progress(reply.loaded, reply.total);
        break;
      case 'ready':
        this.#listener.ready(reply.model);
        break;
      case 'started':
        if (reply.run !== this.#pending) break;
        this.#pending = null;
        this.#run = reply.run;
        this.#listener.started(reply.seen, reply.priorStrength);
        break;
      case 'frame':
        if (reply.run === this.#run) this.#listener.frame(reply);
        break;
      case 'report':
        this.#listener.report(reply.json);
        break;
      case 'refused':
        this.#refused(reply.message, reply.run, reply.fatal);
    }
  }

  #refused(message: string, run: number | null, fatal: boolean): void {
    if (run !== null && run === this.#pending) this.#pending = null;
    else if (run !== null && run !== this.#run) return;
    this.#listener.refused(message, fatal);
  }
}
