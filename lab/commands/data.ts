/** `snnwasm data cifar100`: gets the data set that calibration, training and reports need. */
import { Command } from 'commander';
import { ProgressLine } from '../../src/cli/progress.js';
import { type ArchiveSource, CIFAR100_SOURCE } from '../data/source.js';

const MEGABYTE = 1e6;

interface DataFlags {
  readonly archive?: string;
  readonly output: string;
}

/** @param source - where CIFAR-100 comes from; tests have a small one of their own */
export function dataCommand(source: ArchiveSource = CIFAR100_SOURCE): Command {
  const megabytes = Math.round(source.bytes / MEGABYTE);
  return new Command('data').description('get a data set').addCommand(
    new Command('cifar100')
      .description(`get CIFAR-100 (Krizhevsky 2009) from its authors' site: ${source.url}, ${megabytes} MB`)
      .option('--archive <file>', 'unpack a copy of the archive that you have, instead of downloading it')
      .option('-o, --output <folder>', 'where to put it', './cifar-100-binary')
      .action((flags: DataFlags) => getCifar100(source, flags)),
  );
}

async function getCifar100(source: ArchiveSource, { archive, output }: DataFlags): Promise<void> {
  const { installData } = await import('../data/install.js');
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  const progress = new ProgressLine();
  // Once: a second Ctrl-C ends the process whatever it does.
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const written = await installData(source, output, {
      ...(archive !== undefined && { archive }),
      onProgress: inMegabytes(progress),
      signal: interrupted.signal,
    });
    progress.end();
    process.stdout.write(
      written.length === 0
        ? `${output} holds CIFAR-100 already: nothing to do\n`
        : `wrote ${written.join(', ')} into ${output}\n`,
    );
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    progress.end();
  }
}

/** Shows bytes as megabytes, and each of them once: a line a chunk would be thousands. */
function inMegabytes(progress: ProgressLine): (stage: string, done: number, total: number) => void {
  let shown = '';
  return (stage, done, total) => {
    const whole = Math.ceil(total / MEGABYTE);
    const part = done === total ? whole : Math.floor(done / MEGABYTE);
    if (shown === `${stage} ${part}`) return;
    shown = `${stage} ${part}`;
    progress.update(`${stage}, megabytes`, part, whole);
  };
}
