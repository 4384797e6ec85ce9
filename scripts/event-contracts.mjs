// The part of `npm run contracts` that is about events: generates openapi/asyncapi.yaml, has the official parser
// validate it, and refuses a change that would break those who receive events today.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export const ASYNCAPI = 'openapi/asyncapi.yaml';
/** Where a released document may be found: what is committed here, and the main line this branch left. */
const BASELINES = ['HEAD', 'main', 'origin/main'];
const ERROR = 0;

/** The document of the code as it is built, and as it is committed. */
export async function eventDocument() {
  const { asyncApiDocument } = await import('../dist/apps/gateway/src/asyncapi.js');
  const { Config } = await import('../dist/libs/config/src/index.js');
  const { stringify } = await import('yaml');
  const document = asyncApiDocument(new Config());
  const header = '# Generated from libs/contracts by `npm run contracts`.\n';
  return { document, text: header + stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }) };
}

/** What is wrong with a document: errors of the parser, and changes that break readers of an older one. */
export async function eventComplaints(document) {
  const [{ Parser }, { parse }, { breakingEventChanges }] = await Promise.all([
    import('@asyncapi/parser'), import('yaml'), import('../dist/apps/gateway/src/event-changes.js'),
  ]);
  const { diagnostics } = await new Parser().parse(JSON.stringify(document));
  const invalid = diagnostics.filter(({ severity }) => severity === ERROR)
    .map(({ path, message }) => `${ASYNCAPI}: ${path.join('.')}: ${message}`);
  const breaking = new Set(baselines().flatMap((text) => breakingEventChanges(parse(text), document)));
  return [...invalid, ...[...breaking].map((change) =>
    `${ASYNCAPI}: ${change}. Readers would break: announce a new version of the type beside it instead.`)];
}

function baselines() {
  const committed = BASELINES.map((commit) => spawnSync('git', ['show', `${commit}:${ASYNCAPI}`], { encoding: 'utf8' }))
    .flatMap(({ status, stdout }) => (status === 0 ? [stdout] : []));
  return [...committed, ...(existsSync(ASYNCAPI) ? [readFileSync(ASYNCAPI, 'utf8')] : [])];
}
