import importX from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

const bounds = { skipBlankLines: true, skipComments: true }

/** The files that join others, and so import more than types: two entries, what a page talks to, the parts, and what its calls do. */
const HUBS = ['snippet', 'index', 'wasabi', 'gate', 'recorder'].map((name) => `src/tracker/${name}.ts`)

/** A function is at most 40 lines long. A `createX` is a room rather than a step: it holds functions, and the bound of its file is its own. */
const smallFunctions = {
  create(context) {
    const check = (node) => {
      const lines = node.loc.end.line - node.loc.start.line + 1
      if (lines > 40 && !/^create[A-Z]/.test(node.parent.id?.name ?? '')) context.report({ node, message: `${lines} lines: at most 40.` })
    }
    return { ArrowFunctionExpression: check, FunctionExpression: check, FunctionDeclaration: check }
  },
}

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
    plugins: { wasabi: { rules: { 'small-functions': smallFunctions } } },
    rules: {
      'max-lines': ['error', { max: 95, ...bounds }],
      'wasabi/small-functions': 'error',
    },
  },
  // Where everything is joined, the list of what is imported is a fifth of the file.
  { files: ['src/tracker/gate.ts'], rules: { 'max-lines': ['error', { max: 120, ...bounds }] } },
  {
    // The star: a leaf knows other leaves by their types at most, and is handed what it needs.
    files: ['src/**/*.ts'],
    ignores: HUBS,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: ['./*'], allowTypeImports: true, message: 'Only the hubs import values.' }] },
      ],
    },
  },
  { files: ['test/vitest.config.ts', 'e2e/playwright.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
)
