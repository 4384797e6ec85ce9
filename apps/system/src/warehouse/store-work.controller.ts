// Stores and their people's work as callers meet them: settings as data, tasks to read, and facts that are told once.
import { Controller } from '@nestjs/common';
import {
  Problem, problems, problemType, warehouseApi, type CallContext, type InputOf, type ProblemDetails, type Store,
  type StoreList, type StoreTask, type StoreTaskPage,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { recordJourney } from '#events';
import { Implements } from '#governance';
import { dayAt, isZone } from '../local-time.js';
import { inboxOf, TAKEN_IN_BEFORE } from '../webhook-inbox.js';
import { afterOpenTime } from './connectors/store/store-calendar.policy.js';
import { StoreTaskRecord } from './connectors/store/store-task.entity.js';
import { toStoreTask } from './connectors/store/store-task.mapping.js';
import { WRONG_CODE } from './connectors/store/store-task.policy.js';
import { storeFacts } from './connectors/store/store-task.writer.js';
import { StoreRecord } from './store.entity.js';
import { storeSettings } from './store-settings.writer.js';

const { operations } = warehouseApi;
const STORES_MAX = 500;
const TASKS_PER_PAGE = 20;
const inbox = inboxOf('warehouse');

const TAKEN = `
  select store_id as "storeId", count(*)::int as taken
  from warehouse.store_task
  join unnest($1::text[], $2::date[]) as asked (id, day) on asked.id = store_id and asked.day = work_day
  where method <> 'pickup' and closed_as is distinct from 'rejected' group by 1`;
const COUNT_WRONG = 'update warehouse.store_task set wrong_codes = wrong_codes + 1 where id = $1';

@Controller()
export class StoreWorkController {
  constructor(private readonly database: Database, private readonly groupCommit: GroupCommit) {}

  @Implements(operations.listStores)
  async listStores(_input: object, _call: CallContext): Promise<StoreList> {
    const records = await this.database.dataSource.getRepository(StoreRecord)
      .find({ order: { id: 'ASC' }, take: STORES_MAX });
    return { stores: await this.toStores(records) };
  }

  @Implements(operations.getStore)
  async getStore({ params }: InputOf<typeof operations.getStore>, _call: CallContext): Promise<Store> {
    const record = await this.database.dataSource.getRepository(StoreRecord).findOneBy({ id: params.storeId });
    if (!record) throw new Problem(problems.notFound, { detail: `There is no store ${params.storeId}.` });
    return (await this.toStores([record]))[0]!;
  }

  @Implements(operations.setStoreSettings)
  async setStoreSettings(
    { params: { storeId }, body }: InputOf<typeof operations.setStoreSettings>, call: CallContext,
  ): Promise<Store> {
    if (!isZone(body.timeZone)) {
      const errors = [{ pointer: '#/timeZone', detail: 'An IANA time zone is expected, e.g. Europe/Berlin.' }];
      throw new Problem(problems.unprocessable, { detail: `${body.timeZone} is not a time zone.`, errors });
    }
    const unit = new UnitOfWork();
    unit.add(storeSettings, { id: storeId, settings: body, by: call.consumer });
    await this.groupCommit.commit(unit);
    return this.getStore({ params: { storeId } }, call);
  }

  @Implements(operations.listStoreTasks)
  async listStoreTasks(
    { params }: InputOf<typeof operations.listStoreTasks>, _call: CallContext,
  ): Promise<StoreTaskPage> {
    const limit = params.limit ?? TASKS_PER_PAGE;
    const select = this.database.dataSource.getRepository(StoreTaskRecord).createQueryBuilder('task')
      .orderBy('task.dueAt', 'ASC').addOrderBy('task.id', 'ASC').take(limit + 1);
    if (params.storeId) select.andWhere('task.storeId = :storeId', params);
    if (params.method) select.andWhere('task.method = :method', params);
    if (params.orderId) select.andWhere('task.orderId = :orderId', params);
    if (params.assignee) select.andWhere('task.assignee = :assignee', params);
    if (params.dueBefore) select.andWhere('task.dueAt < :dueBefore', params);
    if (params.state) select.andWhere('task.state = :state', params);
    else if (!params.orderId) {
      select.andWhere('task.closedAt is null and task.collectedAt is null and task.shippedAt is null');
    }
    if (params.cursor) select.andWhere('(task.dueAt, task.id) > (:dueAt, :id)', readCursor(params.cursor));
    const records = await select.getMany();
    const last = records.length > limit ? records[limit - 1]! : undefined;
    return {
      tasks: records.slice(0, limit).map(toStoreTask),
      ...(last ? { next: Buffer.from(JSON.stringify([last.dueAt, last.id])).toString('base64url') } : {}),
    };
  }

  @Implements(operations.getStoreTask)
  async getStoreTask({ params }: InputOf<typeof operations.getStoreTask>, _call: CallContext): Promise<StoreTask> {
    const record = await this.database.dataSource.getRepository(StoreTaskRecord).findOneBy({ id: params.taskId });
    if (!record) throw new Problem(problems.notFound, { detail: `There is no store task ${params.taskId}.` });
    return toStoreTask(record);
  }

  /** The fact, what it changes, its event and the journey's entry are one commit. */
  @Implements(operations.recordStoreFact)
  async recordStoreFact(
    { params, body }: InputOf<typeof operations.recordStoreFact>, call: CallContext,
  ): Promise<StoreTask> {
    const { orderId: subject, storeId } = await this.getStoreTask({ params }, call);
    const unit = new UnitOfWork();
    const at = body.at === undefined ? new Date() : new Date(body.at);
    unit.add(inbox, { id: `store:${params.taskId}:${body.fact}`, type: body.kind });
    unit.add(storeFacts, { taskId: params.taskId, fact: body, at });
    recordJourney(unit, {
      subject, kind: 'person', system: body.by, name: `store:${body.kind}`, outcome: 'recorded',
      ...(body.reason ?? body.note ? { reason: [body.reason, body.note].filter(Boolean).join(': ') } : {}),
      detail: { taskId: params.taskId, storeId, ...(body.proof ? { proof: body.proof } : {}),
        ...(body.lines ? { lines: body.lines } : {}) },
    });
    const result = await this.groupCommit.commit(unit);
    if (result.committed) return this.getStoreTask({ params }, call);
    const { reason, detail } = result.rejected;
    if (reason === TAKEN_IN_BEFORE) return this.getStoreTask({ params }, call);
    const details = detail as ProblemDetails;
    if (details.detail === WRONG_CODE) await this.database.query(COUNT_WRONG, [params.taskId]);
    throw new Problem(problemType(reason) ?? problems.stateConflict, details);
  }

  private async toStores(records: readonly StoreRecord[]): Promise<Store[]> {
    const now = new Date();
    const days = records.map(({ settings }) => dayAt(settings.timeZone, now));
    const rows = await this.database.query<{ storeId: string; taken: number }>(TAKEN,
      [records.map(({ id }) => id), days]);
    const taken = new Map(rows.map((row) => [row.storeId, row.taken]));
    return records.map(({ id, version, settings }) => {
      const takenToday = taken.get(id) ?? 0;
      return {
        id, settings, settingsVersion: version, takenToday,
        readyBy: afterOpenTime(settings, now, settings.prepSeconds).toISOString(),
        capacityLeft: settings.shipsFromStore ? Math.max(0, settings.dailyCapacity - takenToday) : 0,
      };
    });
  }
}

function readCursor(cursor: string): { dueAt: string; id: string } {
  try {
    const [dueAt, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, string];
    if (Number.isNaN(Date.parse(dueAt)) || typeof id !== 'string') throw new Error('not a cursor');
    return { dueAt, id };
  } catch {
    const errors = [{ parameter: 'cursor', detail: 'The `next` of an earlier page is expected.' }];
    throw new Problem(problems.invalidRequest, { detail: 'The cursor was not given by this API.', errors });
  }
}
