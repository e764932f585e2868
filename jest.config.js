'use strict';

/** Packages that ship ES modules only: Jest loads CommonJS, so they are compiled like our own code. */
const COMPILED = ['request-filtering-agent'];

const project = (name, more = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`, `<rootDir>/tests/${name}/**/*.test.tsx`],
  modulePathIgnorePatterns: ['<rootDir>/playground/app/', '<rootDir>/dist/', '<rootDir>/.tmp/'],
  testEnvironment: 'node',
  transform: {
    '^.+\\.(t|m?j)sx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${COMPILED.join('|')})/)`],
  ...more,
});

/** Suites that start real Strapi processes: they need the assembled app, time, and one another's absence. */
const processes = (name) => project(name, { globalSetup: '<rootDir>/tests/support/before.ts' });

module.exports = {
  // For a machine that is busy with others: only what fails takes so long.
  testTimeout: 300_000,
  testSequencer: '<rootDir>/tests/support/longest-first.cjs',
  projects: [
    project('unit'),
    project('simulation'),
    project('contract'),
    processes('integration'),
    processes('pair'),
    processes('browser'),
  ],
};
