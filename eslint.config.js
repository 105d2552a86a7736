import prettier from 'eslint-config-prettier'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** Test runners replace them by timers that stand still: see lib/timers.ts. */
const TIMERS = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'queueMicrotask',
  'performance'
].map(name => ({ name, message: 'Take it from lib/timers.ts.' }))

/** Money never passes through a floating-point number. */
const EXACT = [
  { selector: "CallExpression[callee.name='parseFloat']", message: 'Amounts are bigint minor units.' },
  { selector: "MemberExpression[property.name='toFixed']", message: 'Amounts are bigint minor units: use formatMoney.' }
]

export default defineConfig(
  globalIgnores(['dist/', '.tmp/', 'coverage/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A promise that nobody awaits is a payment whose failure nobody sees.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      // A decline code that nobody handles must stop the build.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { requireDefaultForNonUnion: true, considerDefaultExhaustiveForUnions: true }
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Ports are asynchronous even where an implementation has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Objects here are made of closures, whose methods may be taken apart.
      '@typescript-eslint/unbound-method': 'off',
      // Some assertions carry types that only inference sees, as in xstate's `types`.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // Messages say what they got, be it undefined; objects are caught by no-base-to-string.
      '@typescript-eslint/restrict-template-expressions': 'off',
      // Naming the known texts beside `string` tells the reader what to expect.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-param-reassign': 'error'
    }
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      'max-lines-per-function': ['error', 70],
      'no-restricted-syntax': ['error', ...EXACT]
    }
  },
  {
    files: ['lib/**/*.ts'],
    ignores: ['lib/timers.ts', 'lib/cli/**'],
    rules: {
      'no-restricted-globals': ['error', ...TIMERS],
      'no-restricted-imports': ['error', 'timers', 'node:timers', 'timers/promises', 'node:timers/promises']
    }
  },
  // One case for each command: a table, which splitting would only hide.
  { files: ['lib/processor/door.ts'], rules: { 'max-lines-per-function': 'off' } },
  // A library that prints disturbs the output of its user; programs may.
  { files: ['lib/**/*.ts'], ignores: ['lib/cli/**'], rules: { 'no-console': 'error' } },
  {
    files: ['spec/**/*.ts'],
    rules: {
      // Assertions such as `expect(x).to.be.true` are expressions.
      '@typescript-eslint/no-unused-expressions': 'off',
      // A spec waits for an event, never for time to pass.
      'no-restricted-imports': ['error', 'timers/promises', 'node:timers/promises']
    }
  },
  prettier
)
