// The rules of announced ends (`deprecated` with `x-sunset`): at least 90 days' notice, never shortened, and what was
// announced may go once its day has passed and not before.
import { NOTICE_DAYS } from './oasdiff.js';

export type ApiDocument = Record<string, unknown>;
type Node = Record<string, unknown>;

const DAY_MS = 86_400_000;
/** Deeper than any document of ours nests; a document that contains itself by reference is not walked through it. */
const DEPTH_MAX = 40;

/** Elements announced to end, by where they stand. */
function announced(document: ApiDocument): Map<string, Node> {
  const found = new Map<string, Node>();
  walk(document, '#', (node, at) => {
    if (node['deprecated'] === true) found.set(at, node);
  });
  return found;
}

/** Ends announced now that come too soon or on no day at all. */
export function soonEnds(base: ApiDocument, revision: ApiDocument, today: string): string[] {
  const known = announced(base);
  const earliest = Date.parse(today) + NOTICE_DAYS * DAY_MS;
  return [...announced(revision)].flatMap(([at, node]) => {
    const end = Date.parse(String(node['x-sunset']));
    if (Number.isNaN(end)) return [`${at} is deprecated without a day (x-sunset) on which it ends`];
    return known.has(at) || end >= earliest ? []
      : [`${at} ends on ${String(node['x-sunset'])}, sooner than ${NOTICE_DAYS} days from ${today}`];
  });
}

/** Ends that moved nearer. */
export function shortenedEnds(base: ApiDocument, revision: ApiDocument): string[] {
  const now = announced(revision);
  return [...announced(base)].flatMap(([at, node]) => {
    const [before, after] = [Date.parse(String(node['x-sunset'])), Date.parse(String(now.get(at)?.['x-sunset']))];
    return after < before ? [`${at}: its end moved from ${String(node['x-sunset'])} to an earlier day`] : [];
  });
}

/** The base without those fields whose announced end has passed and that the revision no longer has. */
export function withoutEnded(
  base: ApiDocument, revision: ApiDocument, today: string,
): { document: ApiDocument; dropped: boolean } {
  const document = structuredClone(base);
  const present = new Set<string>();
  walk(revision, '#', (_, at) => present.add(at));
  let dropped = false;
  walk(document, '#', (node, at) => {
    const properties = node['properties'] as Record<string, Node> | undefined;
    for (const [name, property] of Object.entries(properties ?? {})) {
      const ended = property['deprecated'] === true && Date.parse(String(property['x-sunset'])) < Date.parse(today);
      if (!ended || present.has(`${at}/properties/${name}`)) continue;
      delete properties![name];
      if (Array.isArray(node['required'])) node['required'] = node['required'].filter((each) => each !== name);
      dropped = true;
    }
  });
  return { document, dropped };
}

function walk(value: unknown, at: string, visit: (node: Node, at: string) => void, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return;
  if (!Array.isArray(value)) visit(value as Node, at);
  for (const [name, child] of Object.entries(value)) walk(child, `${at}/${name}`, visit, depth + 1);
}
