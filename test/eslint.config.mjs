import importX, { createNodeResolver } from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

const bounds = { skipBlankLines: true, skipComments: true }

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'test-results/**'] },
  {
    // Prettier breaks code. Authors break comments and sentences. Inputs of tests may be longer.
    files: ['**/*.{ts,mjs,js}'],
    rules: {
      'max-len': [
        'error',
        { code: 120, ignoreRegExpLiterals: true, ignoreStrings: true, ignoreTemplateLiterals: true },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,mjs,js}'],
    rules: { 'max-len': ['error', { code: 120, ignoreRegExpLiterals: true }] },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    plugins: { 'import-x': importX },
    // Without them the rule about circles finds no file, and reports nothing.
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.mjs', '.js'] })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-default-export': 'error',
      'max-params': ['error', 3],
      'no-restricted-syntax': [
        'error',
        { selector: 'ClassDeclaration, ClassExpression', message: 'A function instead of a class.' },
        { selector: 'TSEnumDeclaration', message: 'A literal union instead of an enum.' },
      ],
      'no-restricted-properties': [
        'error',
        ...['waitUntil', 'waitFor'].map((property) => ({
          object: 'vi',
          property,
          message: 'Use expect.poll. This gives up after one second, and a busy machine needs longer.',
        })),
      ],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': 'allow-with-description', 'ts-ignore': true },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 125, ...bounds }],
      'max-lines-per-function': ['error', { max: 40, ...bounds }],
    },
  },
  {
    // One browser fact a file: it knows nothing of the files that use it.
    files: ['src/tracker/browser/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: ['../*'], message: 'A browser fact imports nothing from above.' }] },
      ],
    },
  },
  {
    files: ['test/{unit,vitest}.config.ts', 'e2e/playwright.config.ts'],
    rules: { 'import-x/no-default-export': 'off' },
  },
)
