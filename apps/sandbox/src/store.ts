/*
 * The memory of a sandbox vendor: named collections in Maps, with an append-only journal of JSON lines, so that a
 * restart of the sandbox finds the vendor as it was. A real vendor does not forget our orders when we restart.
 */
import { closeSync, createReadStream, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const FLUSH_AFTER_MS = 50;
const LINES_PER_WRITE = 2_000;
const SEQUENCES = '_sequences';

/** `[collection, id, value]` is a write, `[collection, id]` a delete, `[]` empties the store. */
type JournalLine = [collection?: string, id?: string, value?: unknown];

/**
 * Records of one kind by id, in order of creation. `get` gives the record itself: whoever changes it must `put` it
 * again, or the change is lost at a restart.
 */
export class Collection<T> {
  constructor(private readonly records: Map<string, T>, private readonly changed: (id: string) => void) {}

  get size(): number {
    return this.records.size;
  }

  get(id: string): T | undefined {
    return this.records.get(id);
  }

  has(id: string): boolean {
    return this.records.has(id);
  }

  put(id: string, record: T): T {
    this.records.set(id, record);
    this.changed(id);
    return record;
  }

  delete(id: string): boolean {
    const existed = this.records.delete(id);
    if (existed) this.changed(id);
    return existed;
  }

  values(): IterableIterator<T> {
    return this.records.values();
  }

  entries(): IterableIterator<[string, T]> {
    return this.records.entries();
  }
}

export class Store {
  private readonly collections = new Map<string, { records: Map<string, unknown>; changed: Set<string> }>();
  private emptied = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly flushAtExit = (): void => this.flush();

  private constructor(private file: number | undefined) {
    if (file !== undefined) process.on('exit', this.flushAtExit);
  }

  /**
   * Reads and compacts `<directory>/<name>.jsonl`; without a directory the store lives in memory only. A last line
   * torn by a crash is dropped; any other unreadable line is an error, because silently losing records would hide it.
   */
  static async open(name: string, directory?: string): Promise<Store> {
    if (!directory) return new Store(undefined);
    mkdirSync(directory, { recursive: true });
    const path = join(directory, `${name}.jsonl`);
    const store = new Store(undefined);
    if (existsSync(path)) await store.load(path);
    const compacted = `${path}.compacting`;
    store.file = openSync(compacted, 'w');
    store.journalEverything();
    renameSync(compacted, path);
    process.on('exit', store.flushAtExit);
    return store;
  }

  /** The collection of this name, made when it is first asked for. */
  collection<T>(name: string): Collection<T> {
    const { records, changed } = this.slot(name);
    return new Collection<T>(records as Map<string, T>, (id) => {
      changed.add(id);
      this.schedule();
    });
  }

  /** The next number of a sequence that survives restarts; the first is `first`. */
  next(sequence: string, first = 1): number {
    const sequences = this.collection<number>(SEQUENCES);
    return sequences.put(sequence, (sequences.get(sequence) ?? first - 1) + 1);
  }

  /** Whether nothing has been stored yet: the moment to seed. */
  get empty(): boolean {
    return [...this.collections.values()].every(({ records }) => records.size === 0);
  }

  clear(): void {
    for (const { records, changed } of this.collections.values()) {
      records.clear();
      changed.clear();
    }
    this.emptied = true;
    this.schedule();
  }

  /** Writes what changed since the last flush, each record once. Also runs by itself about 50 ms after a change. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.file === undefined) return;
    const lines: JournalLine[] = this.emptied ? [[]] : [];
    this.emptied = false;
    for (const [name, { records, changed }] of this.collections) {
      for (const id of changed) lines.push(records.has(id) ? [name, id, records.get(id)] : [name, id]);
      changed.clear();
    }
    this.append(lines);
  }

  close(): void {
    this.flush();
    process.off('exit', this.flushAtExit);
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private slot(name: string): { records: Map<string, unknown>; changed: Set<string> } {
    let slot = this.collections.get(name);
    if (!slot) this.collections.set(name, (slot = { records: new Map(), changed: new Set() }));
    return slot;
  }

  private schedule(): void {
    if (this.file === undefined) return;
    this.timer ??= setTimeout(() => this.flush(), FLUSH_AFTER_MS).unref();
  }

  private append(lines: readonly JournalLine[]): void {
    for (let from = 0; from < lines.length; from += LINES_PER_WRITE) {
      const text = lines.slice(from, from + LINES_PER_WRITE).map((line) => JSON.stringify(line)).join('\n');
      writeSync(this.file!, `${text}\n`);
    }
  }

  private journalEverything(): void {
    for (const [name, { records }] of this.collections) {
      this.append([...records].map(([id, value]): JournalLine => [name, id, value]));
    }
  }

  private async load(path: string): Promise<void> {
    let unreadable: string | undefined;
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      if (unreadable) throw new Error(`${path} holds an unreadable line: ${unreadable.slice(0, 80)}`);
      try {
        this.apply(JSON.parse(line) as JournalLine);
      } catch {
        unreadable = line || '(empty)';
      }
    }
  }

  private apply([name, id, value]: JournalLine): void {
    if (name === undefined || id === undefined) {
      for (const { records } of this.collections.values()) records.clear();
    } else if (value === undefined) {
      this.slot(name).records.delete(id);
    } else {
      this.slot(name).records.set(id, value);
    }
  }
}
