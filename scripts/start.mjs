// `npm start`: sets up what is missing and runs the gateway, which starts everything else. Options: `--apis <list>`
// serves a part (as the variable APIS does); whatever else is given goes to the gateway.
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from './child.mjs';
import { nodeBinary, setUp } from './setup.mjs';

const MAIN = 'dist/apps/gateway/src/main.js';
const PROBE_TIMEOUT_MS = 2_000;

const { values, tokens } = parseArgs({ options: { apis: { type: 'string' } }, strict: false, tokens: true });
const others = tokens.filter((token) => token.name !== 'apis').map(({ index }) => process.argv[index + 2]);

await refuseWhenTaken(Number(process.env.PORT || 3000));
await setUp();
if (!existsSync(MAIN)) {
  console.error(`${MAIN} is missing although the build succeeded: is this a whole clone?`);
  process.exit(1);
}
// Node keeps compiled modules there: the second start is ready in about half the time.
const compiled = resolve('node_modules/.cache/compiled');
const env = { NODE_COMPILE_CACHE: compiled, ...(values.apis ? { APIS: values.apis } : {}) };
process.exit(await run(nodeBinary(), ['--enable-source-maps', MAIN, ...others], { env }));

/** A second start beside a running one ends here, before it builds over the files that the first one runs from. */
async function refuseWhenTaken(port) {
  const host = /^(0\.0\.0\.0|::)?$/.test(process.env.HOST ?? '') ? '127.0.0.1' : process.env.HOST;
  if (port === 0 || !(await accepts(host, port))) return;
  const url = `http://${host}:${port}`;
  const live = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
    .then((response) => response.json())
    .catch(() => ({}));
  console.error(live.service === 'throughline'
    ? `Throughline already runs at ${url} (pid ${live.pid}). Stop it first, or set PORT, SANDBOX_PORT and DATA_DIR.`
    : `Port ${port} is used by another program. Set PORT to a free one: PORT=3001 npm start`);
  process.exit(1);
}

function accepts(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_TIMEOUT_MS });
    const answer = (taken) => { socket.destroy(); resolve(taken); };
    socket.once('connect', () => answer(true)).once('error', () => answer(false)).once('timeout', () => answer(false));
  });
}
