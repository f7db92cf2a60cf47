/**
 * The state of a calibration in a file beside the output, so that an interrupted conversion goes on. It is believed
 * only if it is whole, and if all that the calibration depends on is the same.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { CalibrationState } from '../app/calibration.js';
import { readCalibrationState } from '../app/calibration.js';
import { UserError } from '../errors.js';
import type { Network } from '../graph/network.js';
import { readFileChecked, writeFileAtomic } from '../host/node/files.js';
import { sha256 } from '../host/node/hash.js';
import { Field } from '../untrusted/field.js';
import { parseJson } from '../untrusted/json.js';

/** A ResNet-18's state has some five megabytes. */
const LARGEST_STATE = 2 ** 28;
/** { state: { layers: [ { bins: [ ] } ] } } */
const MAXIMUM_DEPTH = 5;

export class CalibrationFile {
  readonly #path: string;
  readonly #key: string;

  /**
   * @param path - of the file
   * @param dependencies - whatever the calibration depends on; JSON values
   */
  constructor(path: string, dependencies: unknown) {
    this.#path = path;
    this.#key = sha256(JSON.stringify(dependencies));
  }

  /**
   * The state to go on from, or undefined where there is none. Says on stderr which of both it is, where the file
   * exists.
   *
   * @param samples - images of the whole calibration
   */
  async read(network: Network, samples: number): Promise<CalibrationState | undefined> {
    if (!existsSync(this.#path)) return undefined;
    try {
      const state = await this.#readState(network, samples);
      say(`going on from ${state.images} of ${samples} images, as ${this.#path} says`);
      return state;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      say(`starting from the first image: ${error.message}`);
      return undefined;
    }
  }

  async #readState(network: Network, samples: number): Promise<CalibrationState> {
    const text = new TextDecoder().decode(await readFileChecked(this.#path, LARGEST_STATE));
    const document = new Field(parseJson(text, MAXIMUM_DEPTH, this.#path), '', this.#path);
    const { key, checksum, state } = document.fields('key', 'checksum', 'state');
    if (key.value !== this.#key) throw new UserError(`${this.#path} is of another conversion`);
    if (checksum.value !== sha256(JSON.stringify(state.value))) {
      throw new UserError(`${this.#path} is damaged: its checksum does not match`);
    }
    return readCalibrationState(state.value, network, samples, this.#path);
  }

  async keep(state: CalibrationState): Promise<void> {
    const checksum = sha256(JSON.stringify(state));
    const text = JSON.stringify({ key: this.#key, checksum, state });
    await writeFileAtomic(this.#path, new TextEncoder().encode(text));
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
