// Style that is not a test is a wish: walks every source of the repository with the rules of the house, after showing
// with one planted violation each that the rules see what they forbid.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { MAX_COLUMNS, MAX_FILE_LINES, MAX_FUNCTION_LINES, TIDY_RULES, type SourceText } from './tidy-rules.js';

const ROOT = join(import.meta.dirname, '../../..');
const SOURCES = ['{apps,libs,test}/**/*.{ts,tsx}', 'scripts/**/*.mjs', '*.{cjs,mjs}', '.*.cjs'];
const NOT_OURS = /(?:^|\/)(?:node_modules|dist)\/|\.generated\.tsx?$|\.d\.ts$/;
const HEADER = '// Says in a full sentence why this planted file exists.\n';

type RuleName = keyof typeof TIDY_RULES;

function planted(text: string, path = 'libs/planted/src/planted.ts'): SourceText {
  return { path, text: HEADER + text };
}

const repeat = (line: string, count: number) => `${line}\n`.repeat(count);

const VIOLATIONS: Record<RuleName, SourceText[]> = {
  header: [
    { path: 'libs/planted/src/planted.ts', text: 'export const a = 1;\n' },
    { path: 'libs/planted/src/planted.ts', text: '// Too short.\nexport const a = 1;\n' },
    { path: 'scripts/planted.mjs', text: '#!/usr/bin/env node\nconst a = 1;\n' },
  ],
  fileLength: [planted(repeat('let a;', MAX_FILE_LINES))],
  lineWidth: [planted(`const a = '${'x'.repeat(MAX_COLUMNS)}';\n`)],
  leftovers: [planted(`// ${'TO'}${'DO'}: later\n`), planted(`it.${'only'}('x');\n`, 'test/planted.spec.ts')],
  folders: [planted('', 'libs/planted/src/utils/planted.ts'), planted('', 'apps/console/src/shared/planted.tsx')],
  fileNames: [
    planted('', 'libs/planted/src/inner/index.ts'),
    planted('', 'libs/planted/src/PlantedFile.ts'),
    planted('', 'libs/planted/src/planted.service.ts'),
    planted('', 'apps/process/src/orders/orders.ts'),
    planted('', 'apps/process/src/orders/migrations/AddOrders.ts'),
  ],
  frontDoors: [planted("export * from './planted.js';\n", 'libs/planted/src/index.ts')],
  defaultExports: [planted('export default class Planted {}\n'), planted('const a = 1;\nexport default a;\n')],
  functionLength: [planted(`export function long() {\n${repeat('  void 0;', MAX_FUNCTION_LINES)}}\n`)],
  constructorParameters: [planted('class Planted { constructor(a, b, c, d, e, f, g, h) {} }\n')],
  delegation: [planted('class Planted {\n  load(id: string) { return this.inner.load(id); }\n}\n')],
};

const GOOD: SourceText[] = [
  planted("export { planted } from './planted.js';\n", 'libs/planted/src/index.ts'),
  planted('', 'apps/process/src/orders/place-order.workflow.spec.ts'),
  planted('', 'apps/process/src/orders/migrations/1763880000000-add-orders.ts'),
  planted('', 'apps/system/src/erp/connectors/sap/sap.connector.ts'),
  planted(`describe('many', () => {\n${repeat("  it('is short');", MAX_FUNCTION_LINES)}});\n`, 'test/planted.spec.ts'),
  planted('class Planted {\n  load(id: string) { return this.inner.load(id, 2); }\n}\n'),
  planted('class Planted {\n  @Implements(load) load(id: string) { return this.inner.load(id); }\n}\n'),
];

describe('the rules of the house', () => {
  for (const [name, files] of Object.entries(VIOLATIONS) as [RuleName, SourceText[]][]) {
    it(`${name} catches what it forbids`, () => {
      for (const file of files) assert.notDeepEqual(TIDY_RULES[name](file), [], `${file.path}\n${file.text}`);
    });
  }

  it('let good files pass', () => {
    const findings = GOOD.flatMap((file) => Object.values(TIDY_RULES).flatMap((rule) => rule(file)));
    assert.deepEqual(findings, []);
  });
});

describe('every source of this repository', () => {
  const files = globSync(SOURCES, { cwd: ROOT, exclude: (path) => /(?:^|\/)(?:node_modules|dist)$/.test(path) })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !NOT_OURS.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

  it('is found', () => assert.ok(files.some(({ path }) => path === 'test/architecture/tidy.spec.ts')));

  for (const [name, rule] of Object.entries(TIDY_RULES)) {
    it(`keeps ${name}`, () => {
      const findings = files.flatMap((file) => rule(file));
      if (findings.length > 0) assert.fail(`\n${findings.join('\n')}\n`);
    });
  }
});
