// Dead letters of everybody who reads the log: what could not be handled, by cause; edited, tried again or discarded by
// a person whose name stays with it.
import { Controller } from '@nestjs/common';
import {
  platformApi, Problem, problems, type CallContext, type DeadLetter, type DeadLetterGroup, type DeadLetterPage,
  type DeadLettersDecided, type InputOf,
} from '#contracts';
import { Database, type Sql } from '#database';
import { DeadLetterRecord } from '#events';
import { Implements } from '#governance';

const { operations } = platformApi;
const SHOWN_MAX = 200;
/** Dead letters decided by one call; a larger group takes more calls. */
const DECIDED_MAX = 10_000;

const GROUPS = `
  select consumer, cause_group as "causeGroup", count(*)::int as count, min(failed_at) as "oldestAt",
    max(failed_at) as "newestAt"
  from events.dead_letter where state = 'dead'
  group by consumer, cause_group order by count(*) desc limit ${SHOWN_MAX}`;
const DECIDE = `
  update events.dead_letter set state = $5, decided_by = $4, decided_at = now()
  where (consumer, position) in (select consumer, position from events.dead_letter
    where consumer = $1 and state = 'dead' and ($2::bigint is null or position = $2)
      and ($3::text is null or cause_group = $3)
    order by position limit ${DECIDED_MAX})
  returning consumer, position`;
// An endpoint's deliveries are rows of their own; what is decided about the dead letter is decided about them.
const DELIVERIES = `
  update events.webhook_delivery d
  set state = $2, attempts = 0, next_at = now(), updated_at = now()
  where 'webhook ' || d.endpoint_id = $1 and d.position = any ($3::bigint[]) and d.state = 'dead'`;

type Decision = 'retrying' | 'discarded';

@Controller()
export class DeadLetterController {
  constructor(private readonly database: Database) {}

  @Implements(operations.listDeadLetters)
  async listDeadLetters(
    { params: { consumer, causeGroup, state = 'dead' } }: InputOf<typeof operations.listDeadLetters>,
  ): Promise<DeadLetterPage> {
    const [groups, records] = await Promise.all([
      this.database.query<Omit<DeadLetterGroup, 'oldestAt' | 'newestAt'> & { oldestAt: Date; newestAt: Date }>(GROUPS),
      this.database.dataSource.getRepository(DeadLetterRecord).find({
        where: {
          state: state as DeadLetterRecord['state'], ...(consumer === undefined ? {} : { consumer }),
          ...(causeGroup === undefined ? {} : { causeGroup }),
        },
        order: { failedAt: 'ASC' }, take: SHOWN_MAX,
      }),
    ]);
    return {
      groups: groups.map((group) => ({
        ...group, oldestAt: group.oldestAt.toISOString(), newestAt: group.newestAt.toISOString(),
      })),
      deadLetters: records.map(letterOf),
    };
  }

  @Implements(operations.editDeadLetter)
  async editDeadLetter(
    { body: { consumer, position, data } }: InputOf<typeof operations.editDeadLetter>, call: CallContext,
  ): Promise<DeadLetter> {
    const letters = this.database.dataSource.getRepository(DeadLetterRecord);
    if (consumer.startsWith('webhook ')) {
      throw new Problem(problems.stateConflict, { detail: 'What is delivered to others is what happened.' });
    }
    const { affected } = await letters.update({ consumer, position, state: 'dead' },
      { data: data as never, decidedBy: call.consumer, decidedAt: new Date() });
    const letter = await letters.findOneBy({ consumer, position });
    if (!letter) {
      throw new Problem(problems.notFound, { detail: `${consumer} has no dead letter at ${position}.` });
    }
    if (affected === 0) throw new Problem(problems.stateConflict, { detail: `It is ${letter.state} already.` });
    return letterOf(letter);
  }

  @Implements(operations.retryDeadLetters)
  retryDeadLetters(
    { body }: InputOf<typeof operations.retryDeadLetters>, call: CallContext,
  ): Promise<DeadLettersDecided> {
    return this.decide(body, call, 'retrying');
  }

  @Implements(operations.discardDeadLetters)
  discardDeadLetters(
    { body }: InputOf<typeof operations.discardDeadLetters>, call: CallContext,
  ): Promise<DeadLettersDecided> {
    return this.decide(body, call, 'discarded');
  }

  private async decide(
    { consumer, position, causeGroup }: { consumer: string; position?: number; causeGroup?: string },
    call: CallContext, state: Decision,
  ): Promise<DeadLettersDecided> {
    if ((position === undefined) === (causeGroup === undefined)) {
      throw new Problem(problems.invalidRequest, { detail: 'Say which: either `position` or `causeGroup`.' });
    }
    return this.database.transaction(async (tx: Sql) => {
      const decided = await tx.query<{ position: number }>(
        DECIDE, [consumer, position ?? null, causeGroup ?? null, call.consumer, state]);
      if (consumer.startsWith('webhook ')) {
        const positions = decided.map((row) => row.position);
        await tx.query(DELIVERIES, [consumer, state === 'retrying' ? 'pending' : 'discarded', positions]);
      }
      return { count: decided.length };
    });
  }
}

function letterOf(record: DeadLetterRecord): DeadLetter {
  const { consumer, position, eventId, type, subject, attempts, cause, causeGroup, failedAt, state } = record;
  return {
    consumer, position: Number(position), eventId, type, subject, attempts, cause, causeGroup, state,
    failedAt: failedAt.toISOString(),
    ...(record.data === null ? {} : { data: record.data as Record<string, unknown> }),
    ...(record.decidedBy === null ? {} : { decidedBy: record.decidedBy }),
  };
}
