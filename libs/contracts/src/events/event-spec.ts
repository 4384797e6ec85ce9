// How one event type is declared: as a value from which the type of its data, the AsyncAPI document, the deprecation
// notice on the wire and the webhook filters are all read.
import type { Class } from '../field.js';

/** The lifecycle of an event type, as the CloudEvents extension `deprecation` tells it. */
export interface EventDeprecation {
  /** RFC 3339, when it became deprecated. */
  readonly from: string;
  /** RFC 3339, from when it may be gone; never made earlier. */
  readonly sunset?: string;
  /** URL that says what to use instead. */
  readonly migration: string;
}

/** One dated change of an event type: what those who were built before it must not notice. */
export interface EventRevision {
  /** Revision that brought the change, `YYYY-MM-DD`. */
  readonly date: string;
  /** What changed, for the changelog. */
  readonly change: string;
  /** The data as it was before; pure. */
  readonly before: (data: Readonly<Record<string, unknown>>) => Record<string, unknown>;
}

export interface EventSpec<Data extends object> {
  readonly title: string;
  /** When it is announced and what it means for who listens, in a sentence or two. */
  readonly doc: string;
  /** What it carries; fields are only ever added, and optional ones at that. */
  readonly data: Class<Data>;
  /** Field of `data` whose value is the partition key: events with one value arrive in commit order. */
  readonly partitionKey: keyof Data & string;
  /** Release that first announced it. */
  readonly since: string;
  readonly deprecated?: EventDeprecation;
  /** Dated changes, in any order; what is announced has the latest. */
  readonly revisions?: readonly EventRevision[];
}

/** Declares an event type; the type of its data follows from the class. */
export function event<Data extends object>(spec: EventSpec<Data>): EventSpec<Data> {
  return spec;
}
