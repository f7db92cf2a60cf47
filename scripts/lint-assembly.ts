/**
 * Lints AssemblyScript with Biome, which reads TypeScript: decorators of functions, the one thing that TypeScript does not
 * have, become comments in a copy. Rules that are wrong in AssemblyScript are off: `==` compares values of one type, NaN
 * is told by comparing a number with itself, and constants of 64 bits are meant to their last digit.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const CONFIGURATION = {
  formatter: { enabled: false },
  assist: { enabled: false },
  linter: {
    rules: {
      preset: 'recommended',
      correctness: { noPrecisionLoss: 'off' },
      style: { noNonNullAssertion: 'off' },
      suspicious: {
        noApproximativeNumericConstant: 'off',
        noDoubleEquals: 'off',
        noGlobalIsFinite: 'off',
        noGlobalIsNan: 'off',
        noSelfCompare: 'off',
        noTsIgnore: 'off',
      },
    },
  },
};

const copy = mkdtempSync(join(tmpdir(), 'snnwasm-lint-'));
try {
  writeFileSync(join(copy, 'biome.json'), JSON.stringify(CONFIGURATION));
  const folders = ['assembly', 'portable', 'test/assembly'].filter((folder) =>
    existsSync(join(root, folder)),
  );
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    const text = readFileSync(join(root, file), 'utf8');
    writeFileSync(join(copy, file), text.replace(/^(\s*)@(?=\w+(\(.*\))?$)/gm, '$1// '));
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const { status } = spawnSync(process.execPath, [biome, 'lint', '--error-on-warnings'], {
    cwd: copy,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(copy, { recursive: true });
}
