// What changed between two versions of one document and what that demands: oasdiff says what breaks a client, Redocly
// rates the step its version must take, and the rules of announced ends decide what may go at all.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { oasdiff } from './oasdiff.js';
import { shortenedEnds, soonEnds, withoutEnded, type ApiDocument } from './announced-ends.js';

const run = promisify(execFile);
const REDOCLY = 'node_modules/@redocly/cli/bin/cli.js';
const QUIET = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
const TOOL_TIMEOUT_MS = 60_000;
const REPORT_BYTES_MAX = 64 * 1024 * 1024;

export const BUMPS = ['none', 'patch', 'minor', 'major'] as const;
export type Bump = (typeof BUMPS)[number];

/** The verdict on a new version of a document. */
export interface ContractChange {
  /** Why the revision may not replace the base; empty when it may. */
  readonly refused: string[];
  /** Changes a tolerant client takes in its stride, e.g. a new word in an answer's closed list. */
  readonly warnings: string[];
  /** The least step of `info.version` from base to revision. */
  readonly demands: Bump;
}

/** Judges `revision` as the successor of `base`. @param today RFC 3339 date, for announced ends */
export async function judgeChange(base: ApiDocument, revision: ApiDocument, today: string): Promise<ContractChange> {
  const { document: kept, dropped } = withoutEnded(base, revision, today);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-contract-'));
  try {
    const [before, after] = [join(folder, 'base.json'), join(folder, 'revision.json')];
    writeFileSync(before, JSON.stringify(kept));
    writeFileSync(after, JSON.stringify(revision));
    const [changes, rated] = await Promise.all([oasdiff(before, after), redocly(before, after)]);
    const refused = [
      ...changes.filter(({ level }) => level === 'error').map(({ text }) => text),
      ...soonEnds(base, revision, today), ...shortenedEnds(base, revision),
    ];
    const warnings = changes.filter(({ level }) => level === 'warning').map(({ text }) => text);
    const least: Bump = refused.length > 0 ? 'major' : dropped || warnings.length > 0 ? 'minor' : 'none';
    // Redocly rates a narrowed answer or a dropped, long announced field as breaking; whether it is, oasdiff decided.
    const step = rated === 'major' && refused.length === 0 ? 'minor' : rated;
    return { refused: [...new Set(refused)], warnings: [...new Set(warnings)], demands: higher(least, step) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The version a document of `published` version reaches by a step. */
export function stepped(published: string, bump: Bump): string {
  const [major = 0, minor = 0, patch = 0] = published.split('.').map(Number);
  if (bump === 'major') return `${major + 1}.0.0`;
  if (bump === 'minor') return `${major}.${minor + 1}.0`;
  return bump === 'patch' ? `${major}.${minor}.${patch + 1}` : published;
}

/** True when `version` is at least as far as `least`. */
export function reaches(version: string, least: string): boolean {
  const [given, wanted] = [version, least].map((text) => text.split('.').map(Number));
  for (const place of [0, 1, 2]) {
    const step = (given![place] ?? 0) - (wanted![place] ?? 0);
    if (step !== 0) return step > 0;
  }
  return true;
}

function higher(one: Bump, other: Bump): Bump {
  return BUMPS[Math.max(BUMPS.indexOf(one), BUMPS.indexOf(other))]!;
}

async function redocly(before: string, after: string): Promise<Bump> {
  const { stdout } = await run(process.execPath,
    [REDOCLY, 'diff', before, after, '--format', 'json', '--fail-on', 'none'],
    { timeout: TOOL_TIMEOUT_MS, maxBuffer: REPORT_BYTES_MAX, env: { ...process.env, ...QUIET } });
  const { bump } = JSON.parse(stdout) as { bump?: Bump | null };
  return bump ?? 'none';
}
