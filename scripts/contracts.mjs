// `npm run contracts`: writes openapi/ and the console's types from the contracts in code. With `--check` it writes
// nothing and fails where a committed file says something else, an operation is undocumented, a document is invalid or
// an event changed in a way that breaks its readers.
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { ASYNCAPI, eventComplaints, eventDocument } from './event-contracts.mjs';
import { nodeBinary, setUp } from './setup.mjs';

const DOCUMENTS = 'openapi';
const TYPES = 'apps/console/src/generated';
/** APIs the console calls. */
const CONSOLE_APIS = ['process/orders', 'platform'];
const HEADER = '// Generated from openapi/ by `npm run contracts`, so that the console calls only what is published.\n';
const REDOCLY = ['node_modules/@redocly/cli/bin/cli.js', 'lint', '--format', 'stylish'];
const QUIET = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

const check = process.argv.includes('--check');
await setUp();
if (process.execPath !== realpathSync(nodeBinary())) process.exit(await run(nodeBinary(), process.argv.slice(1)));

const { openApiDocuments } = await import('../dist/apps/gateway/src/openapi.js');
const { documentName } = await import('../dist/libs/contracts/src/index.js');
const described = await openApiDocuments();
const files = new Map(described.map(({ contract, document }) =>
  [join(DOCUMENTS, `${documentName(contract)}.json`), `${JSON.stringify(document, null, 2)}\n`]));
const documents = [...files.keys()];
const events = await eventDocument();
files.set(ASYNCAPI, events.text);
for (const { contract, document } of described) {
  if (!CONSOLE_APIS.includes(contract.name)) continue;
  files.set(join(TYPES, `${contract.domain}.generated.ts`), await types(document));
}

const refused = [...described.flatMap(undocumented), ...await eventComplaints(events.document)];
const complaints = [...refused, ...(check ? differences() : refused.length === 0 ? write() : [])];
for (const complaint of complaints) console.error(complaint);
const lint = await run(process.execPath, [...REDOCLY, ...documents], { env: QUIET });
if (complaints.length > 0 || lint !== 0) process.exit(1);
console.log(`${documents.length} documents ${check ? 'are as committed' : 'written'}.`);

async function types(document) {
  const { default: generate, astToString } = await import('openapi-typescript');
  return HEADER + astToString(await generate(structuredClone(document)));
}

/** Operations of a contract that its document does not have, under their path, verb and stable name. */
function undocumented({ contract, document }) {
  return Object.values(contract.operations)
    .filter(({ id, method, path }) =>
      document.paths[contract.basePath + path]?.[method.toLowerCase()]?.operationId !== id)
    .map(({ id, method, path }) =>
      `${contract.name}: ${id} (${method} ${contract.basePath}${path}) has no controller.`);
}

function write() {
  for (const folder of [DOCUMENTS, TYPES]) mkdirSync(folder, { recursive: true });
  for (const path of stale()) rmSync(path);
  for (const [path, text] of files) writeFileSync(path, text);
  return [];
}

function differences() {
  const differing = [...files].filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text);
  const found = [
    ...differing.map(([path, text]) => `${path}${firstDifference(path, text)}`),
    ...stale().map((path) => `${path} belongs to no API any more.`),
  ];
  return found.length === 0 ? [] : [...found, 'Run `npm run contracts`, read the diff as a consumer would, commit it.'];
}

/** Files of ours that nothing generates any more. */
function stale() {
  return [DOCUMENTS, TYPES].filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => !files.has(path));
}

function firstDifference(path, text) {
  if (!existsSync(path)) return ' is not committed.';
  const [committed, now] = [readFileSync(path, 'utf8').split('\n'), text.split('\n')];
  const line = now.findIndex((each, index) => each !== committed[index]);
  const at = line < 0 ? now.length : line;
  return `:${at + 1} differs\n  - ${committed[at]?.trim() ?? '(end)'}\n  + ${now[at]?.trim() ?? '(end)'}`;
}
