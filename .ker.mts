import { readFileSync } from 'node:fs';
import { measureKernels, SHAPES } from './bench/parts/kernels.ts';
import { formatPart } from './bench/report/table.ts';
const module = new WebAssembly.Module(readFileSync(process.argv[2] ?? 'dist/snnwasm.wasm'));
const part = await measureKernels(module, { measure: { rounds: 25, iterations: 4, warmup: 12 }, rates: [0.1], shapes: SHAPES });
console.log(formatPart({ ...part, rows: part.rows.filter(r => !/lists|head|firing/.test(r.name)) }, undefined));
