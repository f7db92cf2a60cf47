/** What package.json says about this package. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface PackageFile {
  readonly version: string;
  readonly description: string;
}

function packageFile(): PackageFile {
  const path = createRequire(import.meta.url).resolve('snnwasm/package.json');
  return JSON.parse(readFileSync(path, 'utf8')) as PackageFile;
}

export function packageVersion(): string {
  return packageFile().version;
}

export function packageDescription(): string {
  return packageFile().description;
}
