import { startInstance } from '../../tests/support/instance';
import { linkSites, share } from '../../tests/support/link';
import type { Figure, Measured } from '../figure';
import { profiled } from '../profile';
import { scaled } from '../scale';
import { EVERYTHING, filled, makeArticles, seedFor } from '../sites';
import { ofRounds, seconds } from '../statistics';
import { exportAndImport } from '../transfer';

/**
 * From two stopped sites to equal ones: both boots, link, rules, decide, record, deliver, apply. Against Strapi's own
 * export and import of the same content, which boot once each as well.
 */
const measureKind = async (rich: boolean, count: number): Promise<Measured> => {
  const staging = await startInstance({ name: 'staging', seed: seedFor(rich) });
  await makeArticles(staging, rich, { from: 0, to: count });
  await staging.kill();
  const live = await startInstance({ name: 'live' });
  await live.kill();

  const transfer = await exportAndImport({ folder: staging.folder, env: staging.database.env });

  const started = performance.now();
  await staging.start();
  await live.start();
  const booted = performance.now();
  const { first } = await linkSites(staging, live);
  await profiled(`F2 ${rich ? 'rich' : 'plain'}`, [staging, live], count, async () => {
    await share(staging, first, EVERYTHING);
    await filled({ staging, live, link: first }, 900_000);
  });
  const end = performance.now();
  await Promise.all([staging.stop(), live.stop()]);
  return ofRounds(
    [(end - started) / transfer],
    `${count} articles: ${seconds(end - started)} (${seconds(booted - started)} of it boots) ÷ ${seconds(transfer)}`
  );
};

export const firstFill: Figure = {
  what: 'first fill of an empty site ÷ strapi export + import of the same',
  goal: 1,
  better: 'lower',
  parts: {
    async *plain(scale) {
      yield ['plain', await measureKind(false, scaled(5_000, scale))];
    },
    async *rich(scale) {
      yield ['rich', await measureKind(true, scaled(1_200, scale))];
    },
  },
};
