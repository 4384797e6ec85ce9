// The audit log: who changed what, before and after, and why; filtered, exported, and verified link by link.
import { useCallback, useState } from 'react';
import { Button, Group, Skeleton, Text, TextInput } from '@mantine/core';
import { answerOf, type AuditEntry } from '../api/apis';
import { Awaited } from '../api/awaited';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { useResource } from '../api/use-resource';
import { count, moment, words } from '../format';
import { useConsole } from '../session/console-context';
import { Note } from '../shell/note';
import pieces from '../shell/pieces.module.css';
import { Desk } from './desk';

const PAGE = 50;
/** Entries of an export that are read at once, and that a file holds at most. */
const EXPORT_PAGE = 5_000;
const EXPORT_MAX = 1_000_000;

interface Filter {
  subject: string;
  actor: string;
}

export function AuditPage() {
  const [given, setGiven] = useState<Filter>({ subject: '', actor: '' });
  const [filter, setFilter] = useState(given);
  return (
    <Desk title="Audit log">
      <div className={pieces['panels']}>
        <Chain />
        <Group gap="xs"><Export format="csv" /><Export format="ndjson" /></Group>
        <form onSubmit={(event) => { event.preventDefault(); setFilter(given); }}>
          <Group gap="xs" align="flex-end">
            <TextInput label="About" placeholder="plan partner-standard" value={given.subject}
              onChange={(event) => setGiven({ ...given, subject: event.currentTarget.value })} />
            <TextInput label="By" placeholder="owner-demo" value={given.actor}
              onChange={(event) => setGiven({ ...given, actor: event.currentTarget.value })} />
            <Button type="submit" variant="default">Filter</Button>
          </Group>
        </form>
        <Entries key={JSON.stringify(filter)} filter={filter} />
      </div>
    </Desk>
  );
}

/** Whether the log is whole, looked up when the page opens. */
function Chain() {
  const { apis } = useConsole();
  const load = useCallback(
    (signal: AbortSignal) => answerOf(apis.platform.GET('/platform/v1/audit/verification', { signal })), [apis]);
  const { data, error } = useResource(load);
  if (error !== undefined) return <ProblemNote error={error} />;
  if (!data) return <Skeleton height={64} />;
  return (
    <div role="status">
      <Note tone={data.holds ? 'good' : 'bad'} title={data.holds ? 'The chain holds' : `Broken at ${data.brokenAt}`}>
        <p className={pieces['text']}>
          {data.holds ? `${data.entries} entries, none changed, removed or put in between.` : data.fault} Keep the head
          elsewhere and compare: <span className="mono">{data.head}</span>
        </p>
      </Note>
    </div>
  );
}

/** All entries as a file, whatever is filtered below: page by page, because the house gives only so many at once. */
function Export({ format }: { format: 'csv' | 'ndjson' }) {
  const { apis } = useConsole();
  const [cut, setCut] = useState(false);
  const act = useAction(async () => {
    const { entries } = await answerOf(apis.platform.GET('/platform/v1/audit', { params: { query: { limit: 1 } } }));
    // Places in the log are counted without a gap, so the newest one is how many there are.
    const all = entries[0]?.seq ?? 0;
    const parts: string[] = [];
    for (let after = 0; after < Math.min(all, EXPORT_MAX); after += EXPORT_PAGE) {
      const part = await answerOf(apis.platform.GET(`/platform/v1/audit/export.${format}`, {
        params: { query: { after, limit: EXPORT_PAGE } }, parseAs: 'text',
      }));
      parts.push(format === 'csv' && after > 0 ? part.slice(part.indexOf('\n') + 1) : part);
    }
    setCut(all > EXPORT_MAX);
    const url = URL.createObjectURL(new Blob(parts));
    Object.assign(document.createElement('a'), { href: url, download: `audit.${format}` }).click();
    URL.revokeObjectURL(url);
  });
  return (
    <>
      <Button variant="default" loading={act.busy} onClick={act.run}>Export all as {format.toUpperCase()}</Button>
      {cut && <Text size="sm" role="status">The file ends at entry {count(EXPORT_MAX)}; the log is longer.</Text>}
      {act.error !== undefined && <ProblemNote error={act.error} />}
    </>
  );
}

function Entries({ filter: { subject, actor } }: { filter: Filter }) {
  const { apis } = useConsole();
  const [older, setOlder] = useState<{ entries: AuditEntry[]; next?: string }>();
  const read = useCallback((cursor?: string, signal?: AbortSignal) => {
    const query = {
      limit: PAGE, ...(subject ? { subject } : {}), ...(actor ? { actor } : {}), ...(cursor ? { cursor } : {}),
    };
    return answerOf(apis.platform.GET('/platform/v1/audit', { params: { query }, ...(signal ? { signal } : {}) }));
  }, [apis, subject, actor]);
  const load = useCallback((signal: AbortSignal) => read(undefined, signal), [read]);
  const { data, error } = useResource(load);
  const next = older ? older.next : data?.next;
  const more = useAction(async () => {
    const page = await read(next);
    setOlder({
      entries: [...older?.entries ?? [], ...page.entries], ...(page.next === undefined ? {} : { next: page.next }),
    });
  });
  const all = [...data?.entries ?? [], ...older?.entries ?? []];
  return (
    <section className={`card ${pieces['panel']}`} aria-label="Entries">
      <Awaited data={data} error={error} height={240} />
      {data && all.length === 0 && <Text size="sm" c="dimmed">No entry fits.</Text>}
      <ul className={pieces['list']}>{all.map((entry) => <Entry key={entry.seq} entry={entry} />)}</ul>
      {next !== undefined && (
        <Button variant="default" style={{ justifySelf: 'center' }} loading={more.busy} onClick={more.run}>
          Show older entries
        </Button>
      )}
      {more.error !== undefined && <ProblemNote error={more.error} />}
    </section>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { seq, at, actor, action, subject, before, after, reason, hash } = entry;
  return (
    <li>
      <div className={pieces['row']}>
        <span className={pieces['wide']}><b>{words(action)}</b> <span className="mono">{subject}</span></span>
        <span className={pieces['meta']}>#{seq} · {actor} · {moment(at)}</span>
      </div>
      <p className={pieces['text']}>{reason}</p>
      <details>
        <summary className={pieces['meta']}>
          Before and after<span className="hidden-text"> of entry {seq}</span>
        </summary>
        <pre className={pieces['pre']} tabIndex={0}>
          {[before && `− ${pretty(before)}`, after && `+ ${pretty(after)}`, `hash ${hash}`].filter(Boolean).join('\n')}
        </pre>
      </details>
    </li>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
