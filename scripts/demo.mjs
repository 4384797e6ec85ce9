// `npm run demo [-- --orders <n>]`: sets up, then plays a business day through the front doors (test/demo/demo.ts).
import { run } from './child.mjs';
import { nodeBinary, setUp } from './setup.mjs';

await setUp();
process.exit(await run(nodeBinary(), ['--enable-source-maps', 'dist/test/demo/demo.js', ...process.argv.slice(2)]));
