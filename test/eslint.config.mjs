import importX from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

const bounds = { skipBlankLines: true, skipComments: true }

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'test-results/**', '**/*.mjs', '**/*.js'] },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  {
    plugins: { 'import-x': importX },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'max-params': ['error', 3],
      'no-restricted-syntax': [
        'error',
        { selector: 'ClassDeclaration, ClassExpression', message: 'A closure (createX) instead of a class.' },
        { selector: 'TSEnumDeclaration', message: 'A literal union instead of an enum.' },
      ],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description', 'ts-ignore': true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 90, ...bounds }],
      'max-lines-per-function': ['error', { max: 40, ...bounds }],
    },
  },
  {
    // The star: a leaf knows other leaves by their types at most, and is handed what it needs.
    files: ['src/**/*.ts'],
    ignores: ['src/snippet.ts', 'src/index.ts', 'src/tracker.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: ['./*'], allowTypeImports: true, message: 'Only snippet, index and tracker import values.' }] },
      ],
    },
  },
  { files: ['test/vitest.config.ts', 'e2e/playwright.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
)
