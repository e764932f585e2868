import { access } from '../../tests/support/app';
import { stopAllInstances } from '../../tests/support/instance';
import { proveFirstRun } from './first-run';
import type { Workshop } from './first-run-sites';
import { checkMainJob } from './main-job';
import { atRest, link, startForChecks, startForPeople } from './pair';
import { Report } from './report';

const CHECKS = ['--check', '--check=first-run', '--check=all'];

/** Gives the exit code. `workshop` makes the apps of the first run. */
export const main = async (args: string[], workshop: Workshop): Promise<number> => {
  const check = args.find((arg) => arg.startsWith('--check'));
  if (!check) return serve();
  if (!CHECKS.includes(check)) {
    console.error(`There is no ${check}. Known: ${CHECKS.join(', ')}.`);
    return 2;
  }
  const isWhole = check === '--check=first-run' || (await proveMainJob());
  const isSeen = check === '--check' || (await proveFirstRun(workshop));
  return isWhole && isSeen ? 0 : 1;
};

const proveMainJob = async (): Promise<boolean> => {
  const report = new Report();
  try {
    console.log('Starting staging and live …');
    const { staging, live, traffic } = await startForChecks();
    await checkMainJob(report, staging, live, traffic);
    await Promise.all(traffic.map((proxy) => proxy.close()));
  } finally {
    await stopAllInstances();
  }
  report.print();
  return report.failed === 0 && report.rows.length > 0;
};

const serve = async (): Promise<number> => {
  console.log('Starting staging and live …');
  const ended = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  try {
    const { staging, live } = await startForPeople();
    await link(staging, live);
    await atRest(staging, live);
    const { ADMINISTRATOR } = await access();
    console.log(
      [
        '',
        `Staging  ${staging.url}/admin   edit here`,
        `Live     ${live.url}/admin   see it arrive here`,
        `Log in to both as ${ADMINISTRATOR.email} with the password ${ADMINISTRATOR.password}`,
        '',
        'Ctrl-C stops both and removes what they stored.',
      ].join('\n')
    );
    await ended;
    return 0;
  } finally {
    await stopAllInstances();
  }
};
