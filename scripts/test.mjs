// `npm test [-- pattern… --node-option…]`: sets up, then runs the specs on the Node of node_modules, which on a fresh
// clone is not the one that runs this file.
import { run } from './child.mjs';
import { nodeBinary, setUp } from './setup.mjs';

await setUp();
process.exit(await run(nodeBinary(), ['scripts/specs.mjs', ...process.argv.slice(2)]));
