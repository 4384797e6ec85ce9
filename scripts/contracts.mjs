// `npm run contracts [-- --check | --publish]` and `npm run contract:check -- <old> <new>`: sets up, then generates,
// lints and compares the published documents (test/contracts).
import { run } from './child.mjs';
import { nodeBinary, setUp } from './setup.mjs';

const [first, ...rest] = process.argv.slice(2);
const [tool, args] = first === 'compare' ? ['contract-check', rest] : ['contracts', process.argv.slice(2)];
await setUp();
process.exit(await run(nodeBinary(), ['--enable-source-maps', `dist/test/contracts/${tool}.js`, ...args]));
