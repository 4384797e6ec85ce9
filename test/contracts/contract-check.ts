// `npm run contract:check -- <old> <new>`: may one document (OpenAPI as JSON or YAML, or a GraphQL schema) replace
// another? Refuses what breaks a client, an end announced too late, and a version that moved too little.
import { readFileSync } from 'node:fs';
import parsers from '@stoplight/spectral-parsers';
import type { ApiDocument } from './announced-ends.js';
import { judgeChange, reaches, stepped } from './contract-change.js';
import { brokenQueries } from './graphql-change.js';

const [oldPath, newPath] = process.argv.slice(2);
if (oldPath === undefined || newPath === undefined) {
  console.error('Usage: npm run contract:check -- <old document> <new document>');
  process.exit(2);
}
const today = new Date().toISOString().slice(0, 10);
const [before, after] = [readFileSync(oldPath, 'utf8'), readFileSync(newPath, 'utf8')];
const refused = /\.(?:graphql|gql)$/.test(newPath) ? brokenQueries(before, after, today) : await judged();
for (const text of refused) console.error(`refused: ${text}`);
console.log(refused.length === 0 ? 'The change is harmless.' : 'The change is refused.');
process.exit(refused.length === 0 ? 0 : 1);

async function judged(): Promise<string[]> {
  const [base, revision] = [before, after].map(parsed);
  const change = await judgeChange(base!, revision!, today);
  for (const text of change.warnings) console.log(`note: ${text}`);
  if (change.refused.length > 0) return change.refused;
  const [from, to] = [base!, revision!].map((document) => (document['info'] as { version: string }).version);
  const least = stepped(from!, change.demands);
  const step = change.demands === 'none' ? 'no step' : `a ${change.demands} step`;
  console.log(`The change demands ${step} of info.version.`);
  return reaches(to!, least) ? [] : [`info.version is ${to}, the change demands at least ${least}`];
}

/** JSON is YAML; what the parser gives remembers its lines and is made plain. */
function parsed(text: string): ApiDocument {
  return JSON.parse(JSON.stringify(parsers.Yaml.parse(text).data)) as ApiDocument;
}
