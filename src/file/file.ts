/**
 * The model file (.snn): a small MessagePack header and raw tensors behind it. Little-endian throughout.
 *
 *     offset        size  content
 *     0                8  magic: 89 "SNN" 0D 0A 1A 0A
 *     8                4  format version, 2 (1 is still read: version1.ts)
 *     12               4  H, length of the header
 *     16               4  XXH32 of the header
 *     20               H  header, MessagePack: { network, data: { length, checksum } }; the network is
 *                         that of src/graph/network.ts with a reference in the place of every tensor (parse.ts)
 *     20 + H       0..15  zeros, up to a multiple of 16
 *     ...              D  data: the tensors (tensors.ts), each at a multiple of 16, the last one padded to 16;
 *                         D and the XXH32 of these bytes are in the header. The file ends here.
 *
 * The magic is PNG's: a byte above 127, both kinds of line end and an end-of-file character, so that a transfer
 * that takes the file for text shows at once.
 */
import { UserError } from '../errors.js';
import type { SpikingNetwork } from '../graph/network.js';
import { Field } from '../untrusted/field.js';
import { checksum } from './checksum.js';
import { toHeader } from './header.js';
import { decode, encode } from './messagepack.js';
import { fromHeader } from './parse.js';
import { ALIGNMENT, aligned, TensorReader, TensorWriter } from './tensors.js';
import { upgradeVersion1 } from './version1.js';

const MAGIC = [0x89, 0x53, 0x4e, 0x4e, 0x0d, 0x0a, 0x1a, 0x0a];
const VERSION = 2;
const PREAMBLE = 20;
const MAXIMUM_HEADER = 16 << 20;

/**
 * Writes a network as a model file. Equal networks give equal bytes.
 *
 * @throws UserError when the network is not one that {@link readModel} would accept.
 */
export function writeModel(network: SpikingNetwork): Uint8Array {
  const tensors = new TensorWriter();
  const plain = toHeader(network, tensors);
  const data = new Uint8Array(tensors.length);
  tensors.writeTo(data);
  const header = encode({ network: plain, data: { length: data.length, checksum: checksum(data) } });
  const bytes = new Uint8Array(aligned(PREAMBLE + header.length) + data.length);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, header.length, true);
  view.setUint32(16, checksum(header), true);
  bytes.set(header, PREAMBLE);
  bytes.set(data, bytes.length - data.length);
  // what cannot be read back is refused here, where its author sees it
  readModel(bytes, 'the network');
  return bytes;
}

/**
 * Reads a model file. Nothing is copied: the tensors of the result are views on `bytes`, which must not change
 * afterwards. (Only where `bytes` does not start at a multiple of 16 in its buffer, it is copied first.)
 *
 * @param name - what an error message calls the file
 * @throws UserError when the bytes are not a model file, are damaged, or describe no valid network.
 */
export function readModel(bytes: Uint8Array, name = 'the model file'): SpikingNetwork {
  if (bytes.byteOffset % ALIGNMENT !== 0) return readModel(new Uint8Array(bytes), name);
  const { header, version } = readHeaderBytes(bytes, name);
  const { network, data } = new Field(decode(header, name), '', name).fields('network', 'data');
  const section = readSection(bytes, PREAMBLE + header.length, data);
  const plain = version === 1 ? upgradeVersion1(network.value) : network.value;
  return fromHeader(new Field(plain, '', name), new TensorReader(section));
}

/** The bytes of the header and the format version, after the checks of what stands before it and of its checksum. */
function readHeaderBytes(bytes: Uint8Array, name: string): { header: Uint8Array; version: number } {
  checkMagic(bytes, name);
  if (bytes.length < PREAMBLE) throw truncated(name, PREAMBLE, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version < 1 || version > VERSION) {
    throw new UserError(
      `${name} has format version ${version}, but this snnwasm reads versions up to ${VERSION}: install a newer one`,
    );
  }
  const length = view.getUint32(12, true);
  if (length > MAXIMUM_HEADER) {
    throw damaged(name, `its header would have ${length} bytes, where ${MAXIMUM_HEADER} is the limit`);
  }
  if (PREAMBLE + length > bytes.length) throw truncated(name, PREAMBLE + length, bytes.length);
  const header = new Uint8Array(bytes.subarray(PREAMBLE, PREAMBLE + length));
  if (checksum(header) !== view.getUint32(16, true)) {
    throw damaged(name, 'the checksum of its header does not match');
  }
  return { header, version };
}

function checkMagic(bytes: Uint8Array, name: string): void {
  if (bytes.length === 0) throw new UserError(`${name} is empty`);
  const wrong = MAGIC.findIndex((byte, index) => index < bytes.length && bytes[index] !== byte);
  if (wrong < 0) return;
  if (wrong < 4) throw new UserError(`${name} is not a snnwasm model file (those begin with 89 53 4E 4E)`);
  throw damaged(name, 'a transfer in text mode seems to have changed its line ends');
}

/** The data section, after the checks of its place, its length and its checksum. */
function readSection(bytes: Uint8Array, headerEnd: number, data: Field): Uint8Array {
  const fields = data.fields('length', 'checksum');
  const start = aligned(headerEnd);
  const length = fields.length.integer(0, Number.MAX_SAFE_INTEGER);
  if (start + length > bytes.length) throw truncated(data.document, start + length, bytes.length);
  if (start + length < bytes.length) {
    throw damaged(data.document, `${bytes.length - start - length} bytes follow its end`);
  }
  if (bytes.subarray(headerEnd, start).some((byte) => byte !== 0)) {
    throw damaged(data.document, 'the bytes between its header and its tensors are not zero');
  }
  const section = bytes.subarray(start);
  if (checksum(section) !== fields.checksum.integer(0, 0xffffffff)) {
    throw damaged(data.document, 'the checksum of its tensors does not match');
  }
  return section;
}

function truncated(name: string, needed: number, length: number): UserError {
  return new UserError(`${name} is truncated: it needs ${needed} bytes, but has ${length}`);
}

function damaged(name: string, what: string): UserError {
  return new UserError(`${name} is damaged: ${what}`);
}
