// Proves the import rules of .dependency-cruiser.cjs: a planted tree breaks each of them, by #name, by relative path
// and by type only, and every violation must be reported, with nothing else beside it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const ROOT = join(import.meta.dirname, '../../..');
const CONFIGURATION = ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs', '.dependency-cruiser.resolve.cjs'];
const CRUISE_TIMEOUT_MS = 60_000;
const MAX_REPORT_BYTES = 2 ** 26;

interface Planted {
  file: string;
  imports: string[];
  /** Names of the rules it breaks; none: it shows what is allowed. */
  breaks: string[];
}

const by = (file: string, from: string, ...breaks: string[]): Planted =>
  ({ file, imports: [`import '${from}';`], breaks });
const typesOf = (file: string, from: string, ...breaks: string[]): Planted =>
  ({ file, imports: [`import type { A } from '${from}';`, 'export type B = A;'], breaks });

const FRONT_DOORS = ['libs/contracts', 'libs/config', 'libs/telemetry', 'libs/database', 'libs/events', 'libs/workflow',
  'libs/governance', 'libs/client', 'libs/testing', 'apps/experience', 'apps/process', 'apps/system', 'apps/platform',
  'apps/gateway', 'apps/sandbox', 'apps/console'].map((unit) => by(`${unit}/src/index.ts`, 'node:fs'));

const UNIT_RULES = [
  by('libs/contracts/src/a.ts', '#config', 'libs/contracts-imports'),
  by('libs/config/src/a.ts', '#telemetry', 'libs/config-imports'),
  by('libs/telemetry/src/a.ts', '#contracts', 'libs/telemetry-imports'),
  by('libs/database/src/a.ts', '#contracts', 'libs/database-imports'),
  by('libs/events/src/a.ts', '#config', 'libs/events-imports'),
  by('libs/workflow/src/a.ts', '#contracts', 'libs/workflow-imports'),
  by('libs/governance/src/a.ts', '#client', 'libs/governance-imports'),
  by('libs/client/src/a.ts', '#governance', 'libs/client-imports'),
  by('apps/experience/src/a.ts', '#database', 'apps/experience-imports'),
  by('apps/experience/src/b.ts', '#workflow', 'apps/experience-imports'),
  by('apps/experience/src/c.ts', '#process', 'apps/experience-imports'),
  by('apps/process/src/a.ts', '#system', 'apps/process-imports'),
  by('apps/platform/src/a.ts', '#process', 'apps/platform-imports'),
  by('apps/system/src/a.ts', '#client', 'apps/system-imports'),
  by('apps/system/src/b.ts', '#workflow', 'apps/system-imports'),
  by('apps/sandbox/src/a.ts', '#contracts', 'apps/sandbox-imports'),
  by('apps/console/src/a.tsx', '#contracts', 'apps/console-imports'),
  typesOf('apps/process/src/b.ts', '#system', 'apps/process-imports'),
  by('apps/gateway/src/a.ts', '../../console/src/index.js', 'apps/gateway-imports', 'names-not-paths'),
  by('libs/testing/src/a.ts', '../../../apps/console/src/index.js', 'libs/testing-imports', 'names-not-paths'),
];

const PLACE_RULES = [
  by('libs/client/src/deep.ts', '../../contracts/src/a.js', 'front-doors', 'names-not-paths'),
  by('test/journeys/deep.spec.ts', '../../libs/contracts/src/a.js', 'front-doors-from-tests', 'names-not-paths'),
  by('apps/process/src/orders/a.ts', '../returns/b.js', 'domains-apart'),
  by('apps/process/src/returns/b.ts', 'node:fs'),
  by('apps/system/src/erp/connectors/sap/a.ts', '../odoo/b.js', 'connectors-apart'),
  by('apps/system/src/erp/connectors/odoo/b.ts', 'node:fs'),
  by('apps/process/src/orders/c.ts', '#testing', 'testing-only-from-tests'),
  by('apps/process/src/orders/c.spec.ts', '#testing'),
  by('apps/system/src/erp/c.ts', '#sandbox', 'sandbox-only-from-specs'),
  by('apps/system/src/erp/c.spec.ts', '#sandbox'),
  by('apps/process/src/orders/d.ts', './c.spec.js', 'specs-not-imported'),
  by('apps/process/src/orders/e.ts', './missing.js', 'resolvable'),
  by('libs/telemetry/src/b.ts', 'typescript', 'runtime-packages'),
  by('libs/telemetry/src/b.spec.ts', 'typescript'),
  by('libs/telemetry/src/c.ts', 'pino'),
  typesOf('libs/events/src/x.ts', './y.js', 'no-cycles'), // one cycle is reported once, where it was entered
  typesOf('libs/events/src/y.ts', './x.js'),
  by('apps/gateway/src/b.ts', '#process'),
  by('apps/process/src/orders/f.ts', '#workflow'),
];

const PLANTED = [...FRONT_DOORS, ...UNIT_RULES, ...PLACE_RULES];

interface Violation {
  from: string;
  rule: { name: string };
}

/** Every `file: rule` that dependency-cruiser reports in the folder, once and sorted. */
function cruise(folder: string): string[] {
  const command = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const report = execFileSync(process.execPath, [command, '--output-type', 'json', 'apps', 'libs', 'test'],
    { cwd: folder, encoding: 'utf8', timeout: CRUISE_TIMEOUT_MS, maxBuffer: MAX_REPORT_BYTES });
  const { summary } = JSON.parse(report) as { summary: { violations: Violation[] } };
  return [...new Set(summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`))].sort();
}

describe('the import rules', () => {
  const { forbidden } = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')) as {
    forbidden: { name: string }[];
  };
  const ruleNames = forbidden.map(({ name }) => name);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'throughline-boundaries-'));
    for (const name of CONFIGURATION) cpSync(join(ROOT, name), join(folder, name));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const { file, imports } of PLANTED) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${imports.join('\n')}\n`);
    }
  });

  after(() => rmSync(folder, { recursive: true }));

  it('are each broken once by the planted tree', () => {
    assert.deepEqual([...new Set(PLANTED.flatMap(({ breaks }) => breaks))].sort(), [...ruleNames].sort());
  });

  it('catch every planted violation and nothing else', () => {
    const expected = PLANTED.flatMap(({ file, breaks }) => breaks.map((name) => `${file}: ${name}`)).sort();
    assert.deepEqual(cruise(folder), expected);
  });

  it('know every app and lib', () => {
    const units = ['apps', 'libs'].flatMap((kind) => existsSync(join(ROOT, kind))
      ? readdirSync(join(ROOT, kind)).map((name) => `${kind}/${name}`) : []);
    assert.deepEqual(units.filter((unit) => !ruleNames.includes(`${unit}-imports`)), []);
  });
});
