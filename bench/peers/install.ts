/**
 * Installs what the benchmark compares with, beside the main package and never into it: npm packages, Node 24 among
 * them, into bench/peers/node_modules, and PyTorch with the simulators into a virtual environment in bench/peers/.venv.
 * Where Python is missing the rest is installed and that is said.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SHELL } from '../shell.js';
import { PEERS, PYTHON } from './paths.js';

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  process.stderr.write(`${command} ${args.join(' ')}\n`);
  const done: SpawnSyncReturns<Buffer> = spawnSync(command, args, {
    cwd: PEERS,
    stdio: 'inherit',
    env: { ...SHELL, ...env },
  });
  return done.status === 0;
}

function fail(message: string): never {
  process.stderr.write(`bench:peers: ${message}\n`);
  process.exit(1);
}

// onnxruntime-node has its library inside; its script would only fetch GPU parts. Node's own script places its binary.
const quiet = ['--no-audit', '--no-fund'];
if (!run('npm', ['ci', '--ignore-scripts', ...quiet], { ONNXRUNTIME_NODE_INSTALL: 'skip' })) {
  fail('npm could not install the packages of bench/peers/package.json');
}
if (!run('npm', ['rebuild', 'node', ...quiet])) fail('npm could not install Node 24');
if (!existsSync(PYTHON) && !run('python3', ['-m', 'venv', '.venv'])) {
  fail(
    'no virtual environment: Python 3.11 or newer is needed for PyTorch, SpikingJelly and snnTorch (the rest is installed)',
  );
}
// SpikingJelly asks for torchvision, torchaudio and tensorboard, which stepping a network never loads.
const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
const installed =
  run(PYTHON, [...pip, '--requirement', 'requirements.txt']) &&
  run(PYTHON, [...pip, '--no-deps', '--requirement', 'requirements-without-dependencies.txt']);
if (!installed) fail(`pip could not install ${join(PEERS, 'requirements.txt')}`);
