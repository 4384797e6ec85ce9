// The lint rules: the mistakes a compiler lets through (lost promises, missed cases) and the limits that keep files
// small. Type information is used for those few rules only, so that the whole tree is linted in seconds.
import tseslint from 'typescript-eslint';

const MAX_LINES = { max: 400 };
const MAX_FUNCTION_LINES = { max: 70, skipBlankLines: true, skipComments: true };
const MAX_PARAMETERS = 5;

const manyParameters = ['FunctionDeclaration', 'ArrowFunctionExpression',
  ':not(MethodDefinition[kind="constructor"]) > FunctionExpression']
  .map((node) => ({
    selector: `${node}[params.length>${MAX_PARAMETERS}]`,
    message: `More than ${MAX_PARAMETERS} parameters: take an options object.`,
  }));
const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: a default has no word of its own.',
};
const noEnvironment = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Only libs/config reads the environment, so that it is validated and documented in one place.',
};

const everywhere = {
  eqeqeq: 'error',
  curly: ['error', 'multi-line'],
  'max-lines': ['error', MAX_LINES],
  'max-lines-per-function': ['error', MAX_FUNCTION_LINES],
  'no-restricted-syntax': ['error', ...manyParameters, noDefaultExport, noEnvironment],
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.throughline/', '**/*.generated.ts', '**/generated/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['{apps,libs,test}/**/*.{ts,tsx}'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...everywhere,
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // node:test runs what `describe` and `it` return, and a suite's callback is a table of contents, not a function.
    files: ['**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', {
        allowForKnownSafeCalls: [{ from: 'package', name: ['describe', 'it', 'suite', 'test'], package: 'node:test' }],
      }],
      'max-lines-per-function': 'off',
    },
  },
  {
    // The environment's one reader, the tests that start processes, and the sandbox, which knows nothing of us.
    files: ['libs/config/**/*.ts', 'libs/testing/**/*.ts', 'test/**/*.ts', '**/*.spec.ts', 'apps/sandbox/src/main.ts'],
    rules: { 'no-restricted-syntax': ['error', ...manyParameters, noDefaultExport] },
  },
  {
    files: ['apps/console/src/**/*.tsx'],
    rules: { '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }] },
  },
  {
    // Tools that load their configuration want it as the default export.
    files: ['**/*.config.ts'],
    rules: { 'no-restricted-syntax': ['error', ...manyParameters, noEnvironment] },
  },
  {
    files: ['scripts/**/*.mjs'],
    rules: { ...everywhere, 'no-restricted-syntax': ['error', ...manyParameters, noDefaultExport] },
  },
);
