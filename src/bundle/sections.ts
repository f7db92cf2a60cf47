/**
 * A WebAssembly module as a list of sections (https://webassembly.github.io/spec/core/binary/modules.html), and the few
 * sections that a bundle reads or replaces: imports, memory, data.
 */
import { ByteReader, malformed, signedLeb, unsignedLeb } from './leb128.js';

export const SECTION = { custom: 0, import: 2, memory: 5, start: 8, data: 11, dataCount: 12 } as const;

/** Magic and version. */
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const LAST_SECTION = 13;
const I32_CONST = 0x41;
const END = 0x0b;
const KIND_FUNCTION = 0;

/** One section, its content without id and length. */
export interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

/** Bytes that a module's memory holds from the start. */
export interface DataSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/**
 * Splits a module into its sections.
 *
 * @throws UserError where it is no module of version 1, or a section is cut short, unknown or there twice
 */
export function readSections(module: Uint8Array): Section[] {
  const reader = new ByteReader(module);
  const preamble = reader.take(PREAMBLE.length);
  if (PREAMBLE.some((byte, index) => preamble[index] !== byte)) throw malformed('it is no WebAssembly');
  const sections: Section[] = [];
  while (!reader.done) {
    const id = reader.byte();
    const content = reader.take(reader.unsigned());
    if (id > LAST_SECTION) throw malformed(`it has a section of the unknown kind ${id}`);
    if (id !== SECTION.custom && sections.some((section) => section.id === id)) {
      throw malformed(`it has two sections of the kind ${id}`);
    }
    sections.push({ id, content });
  }
  return sections;
}

/** Puts sections together into a module. */
export function writeSections(sections: readonly Section[]): Uint8Array {
  const parts = sections.flatMap(({ id, content }) => [
    Uint8Array.from([id, ...unsignedLeb(content.length)]),
    content,
  ]);
  return concatenate([Uint8Array.from(PREAMBLE), ...parts]);
}

/**
 * Imports as `module.name`.
 *
 * @throws UserError where one is no function
 */
export function readImports(content: Uint8Array): string[] {
  const reader = new ByteReader(content);
  const names = Array.from({ length: reader.unsigned() }, () => {
    const name = `${reader.name()}.${reader.name()}`;
    if (reader.byte() !== KIND_FUNCTION) throw malformed(`its import ${name} is no function`);
    reader.unsigned();
    return name;
  });
  return complete(reader, names);
}

/** @throws UserError unless there is one memory, 32-bit and not shared */
export function checkMemory(content: Uint8Array): void {
  const reader = new ByteReader(content);
  if (reader.unsigned() !== 1) throw malformed('it has more than one memory');
  const flags = reader.byte();
  if (flags > 1) throw malformed('its memory is shared or 64-bit');
  reader.unsigned();
  if (flags === 1) reader.unsigned();
  complete(reader, undefined);
}

/** One memory of so many pages, which cannot grow. */
export function memorySection(pages: number): Section {
  return {
    id: SECTION.memory,
    content: Uint8Array.from([1, 1, ...unsignedLeb(pages), ...unsignedLeb(pages)]),
  };
}

/** @throws UserError where a segment is passive, or its address no constant */
export function readData(content: Uint8Array): DataSegment[] {
  const reader = new ByteReader(content);
  const count = reader.unsigned();
  const segments: DataSegment[] = [];
  while (segments.length < count) {
    if (reader.unsigned() !== 0 || reader.byte() !== I32_CONST)
      throw malformed('its data has no fixed place');
    const address = reader.signed();
    if (reader.byte() !== END) throw malformed('its data has no fixed place');
    segments.push({ address, bytes: reader.take(reader.unsigned()) });
  }
  return complete(reader, segments);
}

/** A data section with these segments. */
export function dataSection(segments: readonly DataSegment[]): Section {
  const parts = segments.flatMap(({ address, bytes }) => [
    Uint8Array.from([0, I32_CONST, ...signedLeb(address), END, ...unsignedLeb(bytes.length)]),
    bytes,
  ]);
  return {
    id: SECTION.data,
    content: concatenate([Uint8Array.from(unsignedLeb(segments.length)), ...parts]),
  };
}

/** The section that says how many segments of data follow. */
export function dataCountSection(segments: number): Section {
  return { id: SECTION.dataCount, content: Uint8Array.from(unsignedLeb(segments)) };
}

function complete<T>(reader: ByteReader, result: T): T {
  if (!reader.done) throw malformed('a section is longer than its content');
  return result;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
