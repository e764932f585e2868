import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What the domain must not know: Strapi, databases, HTTP. docs/architecture.md, "Where things are", says why. */
const OUTSIDE_WORLD = {
  patterns: [
    {
      regex:
        '^(@strapi/|knex$|axios$|koa($|[-/])|(node:)?https?$|(node:)?http2$|(node:)?net$|pg$|mysql2|better-sqlite3)',
      message: 'The domain knows the world only through its ports (ports.ts). Write an adapter in server/src/strapi/.',
    },
    {
      regex: '^(\\.\\./)+(strapi|services|controllers|routes|policies|running|register|bootstrap|config)(/|$)',
      message: 'Arrows point from the edge to the domain, never back.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.tmp/', 'coverage/', 'playground/app/'] },
  eslint.configs.recommended,
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['server/src/replication/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', OUTSIDE_WORLD],
      'no-restricted-globals': ['error', 'strapi', 'fetch', 'process'],
    },
  },
  {
    // Strapi's own edge is typed loosely; what crosses it is narrowed at once.
    files: [
      'server/src/strapi/**/*.ts',
      'admin/src/**/*.{ts,tsx}',
      'tests/**/*.{ts,tsx}',
      'playground/**/*.ts',
      'bench/**/*.ts',
    ],
    rules: { '@typescript-eslint/no-explicit-any': 'off' },
  },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'module',
          'require',
          'process',
          'console',
          '__dirname',
          'exports',
          'strapi',
          'Buffer',
          'URL',
          'fetch',
          'performance',
        ]
          .concat(['setTimeout', 'clearTimeout', 'AbortSignal'])
          .map((name) => [name, 'readonly'])
      ),
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: { sourceType: 'commonjs' },
  }
);
