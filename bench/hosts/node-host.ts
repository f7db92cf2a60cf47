/** The engine's benchmark in whichever Node runs this: job file in, report on standard output. */
import { readFile } from 'node:fs/promises';
import { kernelModule } from '../../src/host/node/kernels.js';
import { paperModelPath } from '../../src/host/node/models.js';
import { engineBenchmark, type HostJob } from './engine-benchmark.js';

const job = JSON.parse(await readFile(process.argv[2]!, 'utf8')) as HostJob;
const model = new Uint8Array(await readFile(paperModelPath()));
const report = await engineBenchmark(await kernelModule(), model, job);
process.stdout.write(JSON.stringify({ ...report, v8: process.versions.v8 }));
