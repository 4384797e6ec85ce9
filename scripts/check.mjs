// `npm run check`: everything about the source that needs no running system: types, lint, import rules, house style
// and committed contracts. Once the types hold it runs all the rest, so that one look shows all there is to mend.
import { existsSync } from 'node:fs';
import { run } from './child.mjs';
import { nodeBinary, setUp } from './setup.mjs';

const CRUISER = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs';

/** What is checked, with its command; a check whose `needs` does not exist has nothing to look at. */
const CHECKS = [
  { name: 'console types', needs: 'apps/console/tsconfig.json',
    command: ['node_modules/typescript/bin/tsc', '-p', 'apps/console', '--noEmit'] },
  { name: 'lint', command: ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'] },
  { name: 'import rules', command: [CRUISER, '--output-type', 'err', 'apps', 'libs', 'test'] },
  { name: 'house style', command: ['--test', '--test-reporter=dot', 'dist/test/architecture/*.spec.js'] },
  { name: 'contracts', needs: 'scripts/contracts.mjs', command: ['scripts/contracts.mjs', '--check'] },
];

await setUp();
console.log('types: ok (the build checks them)');
const failed = [];
for (const { name, needs, command } of CHECKS) {
  if (needs && !existsSync(needs)) continue;
  const started = Date.now();
  const code = await run(nodeBinary(), command);
  if (code > 128) process.exit(code);
  if (code !== 0) failed.push(name);
  console.log(`${name}: ${code === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
console.log(failed.length === 0 ? 'All checks pass.' : `Failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
