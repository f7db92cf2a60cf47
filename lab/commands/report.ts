/** `snnwasm report RESULTS`: draws the figures and tables of an evaluation again. */
import { Command } from 'commander';

export function reportCommand(): Command {
  return new Command('report')
    .description('draw the figures and tables of an evaluation again')
    .argument('<results>', 'results.json, as written by snnwasm eval')
    .option('--out <folder>', 'where the files go (default: beside the results)')
    .action(async (results: string, flags: { readonly out?: string }) => {
      const { reportAgain } = await import('../report/save.js');
      await reportAgain(results, flags.out);
    });
}
