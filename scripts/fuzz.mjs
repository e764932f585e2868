/**
 * The random tests of the gate at full length, on a playground that is assembled anew.
 *
 *   npm run test:fuzz                     100,000 requests and 10,000 messages
 *   FUZZ_REQUESTS=5000 FUZZ_MESSAGES=500 FUZZ_SEED=7 npm run test:fuzz
 */
import { spawnSync } from 'node:child_process';
import { binary, ensureInstalled } from '../playground/commands.mjs';
import { ROOT } from '../playground/folders.mjs';

const run = (command, args) =>
  spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { FUZZ_REQUESTS: '100000', FUZZ_MESSAGES: '10000', ...process.env },
  }).status ?? 1;

ensureInstalled();
process.exitCode =
  run(process.execPath, ['playground/assemble.mjs', '--without-admin']) ||
  run(binary('jest'), ['--selectProjects', 'integration', '--runInBand', 'tests/integration/gate/fuzz']);
