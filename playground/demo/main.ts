import { access } from '../../tests/support/app';
import { stopAllInstances } from '../../tests/support/instance';
import { checkMainJob } from './main-job';
import { atRest, link, startForChecks, startForPeople } from './pair';
import { Report } from './report';

/** Gives the exit code. */
export const main = async (args: string[]): Promise<number> => {
  const check = args.find((arg) => arg === '--check' || arg.startsWith('--check='));
  if (!check) return serve();
  const part = check.split('=')[1];
  if (part && part !== 'all') {
    console.error(`There is no check "${part}". Known: --check, --check=all.`);
    return 2;
  }
  return prove();
};

const prove = async (): Promise<number> => {
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
  return report.failed === 0 && report.rows.length > 0 ? 0 : 1;
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
