// `npm run audit:verify`: sets up, then verifies the audit log of DATABASE_URL, or of the embedded PostgreSQL in
// DATA_DIR.
import { run } from './child.mjs';
import { nodeBinary, setUp } from './setup.mjs';

await setUp();
process.exit(await run(nodeBinary(), ['--enable-source-maps', 'dist/apps/gateway/src/audit-verify.js']));
