/**
 * npm runs this after `npm ci`, before `npm pack`, and whenever `npx snnwasm` is said in a clone: npx links the clone as
 * if it were a package to install, with npm 10 at every call, and hides what is printed meanwhile. What was built is not
 * built again for npx, so that the command begins at once.
 */
import { execSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const { bin } = JSON.parse(readFileSync('package.json', 'utf8'));
const built = Object.values(bin).every((path) => existsSync(path));

if (process.env.npm_command !== 'exec' || !built) execSync('npm run build', { stdio: 'inherit' });
