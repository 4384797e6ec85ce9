// Hears what people change on cases in the org: change events by the Streaming API (CometD), from a replay id on. Our
// own writes come back too and are known by the client name they carry; those of cases that are not ours are left out.
import { VendorUnreached } from '../../../vendor-line.js';
import { toCaseChange, type CaseChange } from './salesforce-change.mapping.js';
import { CLIENT_NAME, type SalesforceOrg, type StreamMessage } from './salesforce-org.connector.js';
import {
  CASE_CHANGES, CASE_FIELDS, RECORDS_MAX, soqlText, type ChangeEvent, type QueryResult, type SalesforceCase,
} from './salesforce-record.wire.js';

/** All events that the org still has. */
const ALL_KEPT = -2;
const POLL_MS = 10_000;
const ANSWER_MS = 5_000;
const QUERY_MS = 10_000;
const INVALID_REPLAY = /^400.*replayId/i;

/** What was heard, and the replay id to go on from. */
export interface HeardChanges {
  readonly changes: readonly CaseChange[];
  readonly replayId: number;
}

interface Session {
  readonly clientId: string;
  readonly cookie: string | undefined;
}

export class SalesforceChanges {
  private session: Session | undefined;

  constructor(private readonly org: SalesforceOrg) {}

  get channel(): string {
    return CASE_CHANGES;
  }

  /**
   * Waits some seconds for changes after the replay id; none heard is an answer too.
   * @throws VendorUnreached, VendorSilent: nothing is lost, ask again from the same replay id
   */
  async next(replayId: number, signal: AbortSignal): Promise<HeardChanges> {
    try {
      this.session ??= await this.open(replayId, signal);
      const { messages } = await this.org.stream([{
        channel: '/meta/connect', clientId: this.session.clientId, connectionType: 'long-polling',
        advice: { timeout: POLL_MS },
      }], this.session.cookie, POLL_MS + ANSWER_MS, signal);
      const answer = messages.find(({ channel }) => channel === '/meta/connect');
      // The org has forgotten the session: the next call begins a new one where this one has come to.
      if (answer?.advice?.reconnect === 'handshake' || answer?.successful === false) this.session = undefined;
      return await this.read(messages, replayId);
    } catch (error) {
      this.session = undefined;
      throw error;
    }
  }

  /** Forgets the session; the next call begins one from the replay id it is given. */
  restart(): void {
    this.session = undefined;
  }

  private async open(replayId: number, signal: AbortSignal): Promise<Session> {
    const shaken = await this.org.stream([{
      channel: '/meta/handshake', version: '1.0', minimumVersion: '1.0', supportedConnectionTypes: ['long-polling'],
      ext: { replay: true },
    }], undefined, ANSWER_MS, signal);
    const [{ clientId } = {} as StreamMessage] = shaken.messages;
    if (clientId === undefined) throw refused(shaken.messages[0]);
    const session = { clientId, cookie: shaken.cookie };
    const answer = await this.subscribe(session, replayId, signal);
    if (answer?.successful) return session;
    // Older than what the org keeps (72 hours): all it has is heard, and the values say what is new.
    if (!INVALID_REPLAY.test(answer?.error ?? '')) throw refused(answer);
    const again = await this.subscribe(session, ALL_KEPT, signal);
    if (!again?.successful) throw refused(again);
    return session;
  }

  private async subscribe(
    { clientId, cookie }: Session, replayId: number, signal: AbortSignal,
  ): Promise<StreamMessage | undefined> {
    const { messages } = await this.org.stream([{
      channel: '/meta/subscribe', clientId, subscription: CASE_CHANGES,
      ext: { replay: { [CASE_CHANGES]: replayId } },
    }], cookie, ANSWER_MS, signal);
    return messages.find(({ channel }) => channel === '/meta/subscribe');
  }

  private async read(messages: readonly StreamMessage[], from: number): Promise<HeardChanges> {
    const events = messages.filter(({ channel }) => channel === CASE_CHANGES).map(({ data }) => data as ChangeEvent);
    const replayId = events.at(-1)?.event.replayId ?? from;
    const foreign = events.filter(({ payload }) =>
      !payload.ChangeEventHeader.changeOrigin.includes(`client=${CLIENT_NAME}`));
    const records = await this.records([...new Set(foreign.flatMap(({ payload }) =>
      payload.ChangeEventHeader.recordIds))]);
    const changes = foreign.flatMap((event) => event.payload.ChangeEventHeader.recordIds.flatMap((recordId) => {
      const change = toCaseChange(event, recordId, records.get(recordId));
      return change ? [change] : [];
    }));
    return { changes, replayId };
  }

  /** The cases as they are now: an event names neither our id nor people's names. */
  private async records(ids: readonly string[]): Promise<Map<string, SalesforceCase>> {
    const found = new Map<string, SalesforceCase>();
    for (let from = 0; from < ids.length; from += RECORDS_MAX) {
      const some = ids.slice(from, from + RECORDS_MAX);
      const soql = `SELECT ${CASE_FIELDS.join(', ')} FROM Case WHERE Id IN (${some.map(soqlText).join(', ')})`;
      const answer = await this.org.request<QueryResult<SalesforceCase>>('query Case',
        { method: 'GET', path: `/query?q=${encodeURIComponent(soql)}` }, Date.now() + QUERY_MS);
      if (!answer.ok) throw new VendorUnreached(`it refuses to read cases: ${answer.errorCode} ${answer.message}`);
      for (const record of answer.body.records) found.set(record.Id, record);
    }
    return found;
  }
}

function refused(message: StreamMessage | undefined): VendorUnreached {
  return new VendorUnreached(`the Streaming API says no: ${message?.error ?? 'nothing usable'}`);
}
