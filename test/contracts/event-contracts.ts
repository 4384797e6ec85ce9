// The part of `npm run contracts` that is about events: generates openapi/asyncapi.yaml, has the official parser
// validate it, and refuses a change that would break those who receive events today.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { parse, stringify } from 'yaml';
import { Config } from '#config';
import { asyncApiDocument, breakingEventChanges } from '#gateway';

export const ASYNCAPI = 'openapi/asyncapi.yaml';
const HEADER = '# Generated from libs/contracts by `npm run contracts`.\n';
/** Lines whose document is published; this branch left one of them. */
const MAIN_LINES = ['main', 'origin/main'];
const ERROR = 0;

/** The document of the code as it is built, and as it is committed. */
export function eventDocument(): { document: object; text: string } {
  const document = asyncApiDocument(new Config());
  return { document, text: HEADER + stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }) };
}

/** What is wrong with a document: errors of the parser, and changes that break readers of an older one. */
export async function eventComplaints(document: object): Promise<string[]> {
  const { diagnostics } = await new Parser().parse(JSON.stringify(document));
  const invalid = diagnostics.filter(({ severity }) => Number(severity) === ERROR)
    .map(({ path, message }) => `${ASYNCAPI}: ${path.join('.')}: ${message}`);
  const breaking = new Set(baselines().flatMap((text) => breakingEventChanges(parse(text), document)));
  return [...invalid, ...[...breaking].map((change) =>
    `${ASYNCAPI}: ${change}. Readers would break: announce a new version of the type beside it instead.`)];
}

function baselines(): string[] {
  const git = (...args: string[]) => spawnSync('git', args, { encoding: 'utf8' });
  // Where this branch left the line, not where the line is now: what others add meanwhile is not gone here.
  const left = MAIN_LINES.map((line) => git('merge-base', 'HEAD', line)).filter(({ status }) => status === 0);
  const committed = ['HEAD', ...left.map(({ stdout }) => stdout.trim())]
    .map((commit) => git('show', `${commit}:${ASYNCAPI}`))
    .flatMap(({ status, stdout }) => (status === 0 ? [stdout] : []));
  return [...committed, ...(existsSync(ASYNCAPI) ? [readFileSync(ASYNCAPI, 'utf8')] : [])];
}
