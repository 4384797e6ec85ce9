// `npm run chaos [-- --seed <n> --orders <n>]`: sets up, then plays the full chaos stories (test/chaos/chaos.ts).
import { run } from './child.mjs';
import { nodeBinary, setUp } from './setup.mjs';

await setUp();
process.exit(await run(nodeBinary(), ['--enable-source-maps', 'dist/test/chaos/chaos.js', ...process.argv.slice(2)]));
