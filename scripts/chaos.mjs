// `npm run chaos [-- <scenario…|named|all|simulation> --seed <n> --scale <s> --report]`: sets up, then plays the chaos
// scenarios (test/chaos/chaos.ts).
import { run } from './child.mjs';
import { nodeBinary, setUp } from './setup.mjs';

await setUp();
process.exit(await run(nodeBinary(), ['--enable-source-maps', 'dist/test/chaos/chaos.js', ...process.argv.slice(2)]));
