// `npm run bench [-- case … --quick]`: sets up, then runs the benchmarks (test/bench/bench.ts).
import { run } from './child.mjs';
import { nodeBinary, setUp } from './setup.mjs';

await setUp();
process.exit(await run(nodeBinary(), ['--enable-source-maps', 'dist/test/bench/bench.js', ...process.argv.slice(2)]));
