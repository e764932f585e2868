'use strict';

const { default: Sequencer } = require('@jest/test-sequencer');

/** What takes longest, so that nobody waits at the end for one that was begun last. */
const LONGEST = [
  'pair/schema-changes',
  'pair/random',
  'pair/crashes',
  'pair/imports',
  'browser/packed',
  'browser/replication-page',
  'pair/buckets',
  'pair/large',
  'pair/attributes',
  'integration/copied-database',
];

const rank = ({ path }) => {
  const at = LONGEST.findIndex((name) => path.includes(`/tests/${name}.`));
  return at === -1 ? LONGEST.length : at;
};

module.exports = class extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
};
