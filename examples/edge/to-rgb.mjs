/**
 * Turns a picture into what a camera driver would hand to a bundle of flavour `library`: raw RGB of the network's size.
 *
 *     node examples/edge/to-rgb.mjs picture.png picture.rgb [width height]
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resizeImage } from '../../dist/src/picture/resize.js';
import { decodeImage } from '../../dist/src/index.js';
import { nodeCodecs } from '../../dist/src/entry/node.js';

const [source, target, width = '32', height = '32'] = process.argv.slice(2);
if (target === undefined) {
  console.error('usage: node to-rgb.mjs PICTURE PICTURE.rgb [WIDTH HEIGHT]');
  process.exit(1);
}
const image = await decodeImage(await readFile(source), nodeCodecs);
await writeFile(target, resizeImage(image, { width: Number(width), height: Number(height) }).pixels);
