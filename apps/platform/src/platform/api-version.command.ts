// A step in the life of an API version: decided on where it stands, written with who and why, announced to those who
// follow, and in force in every process before the answer leaves.
import { Injectable } from '@nestjs/common';
import { newId, Problem, problems, requireMatch, type ApiVersion, type CallContext } from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { announce } from '#events';
import {
  GovernanceData, Illegal, recordChange, stepped, UsageRecorder, type Lifecycle, type LifecycleStep,
} from '#governance';
import { ApiVersionReader } from './api-version.reader.js';
import { apiVersions } from './api-version.writer.js';

const QUIET_DAYS = 30;
/** Consumers named in a refusal. */
const NAMED_MAX = 50;
const SOURCE = '/platform';
/** The version through which all steps are taken; without it none could be taken back. */
const OWN = 'platform';

export interface Step extends LifecycleStep {
  readonly reason: string;
  readonly quietDays?: number | undefined;
  readonly force?: boolean | undefined;
}

@Injectable()
export class ApiVersionCommand {
  constructor(
    private readonly reader: ApiVersionReader, private readonly database: Database,
    private readonly groupCommit: GroupCommit, private readonly data: GovernanceData,
    private readonly usage: UsageRecorder,
  ) {}

  /** @throws Problem not-found, state-conflict, unprocessable, precondition-failed, version-in-use */
  async take(api: string, step: Step, call: CallContext): Promise<ApiVersion> {
    const { contract } = this.reader.entry(api).definition;
    requireMatch(call, await this.reader.read(api));
    const before = await this.reader.lifecycle(api);
    const after = stepped(before, step, Date.now());
    if (after instanceof Illegal) {
      const { because, detail } = after;
      throw new Problem(because === 'state' ? problems.stateConflict : problems.unprocessable, { detail });
    }
    if (contract.name === OWN && (step.action === 'block' || step.action === 'retire')) {
      throw new Problem(problems.unprocessable, { detail: 'The control plane cannot close itself.' });
    }
    const forced = step.action === 'retire' && await this.refuseInUse(api, before, step);
    const unit = new UnitOfWork();
    unit.add(apiVersions, {
      id: newId('trn'), api, title: contract.title, before, after, step, reason: step.reason, forced,
      actor: call.consumer, requestId: call.requestId,
    });
    recordChange(unit, call, `${step.action}Api`, {
      subject: `api ${api}`, before, after: { ...after, ...(forced ? { forced } : {}) }, reason: step.reason,
    });
    tell(unit, { api, basePath: contract.basePath, reason: step.reason }, step, after);
    const result = await this.groupCommit.commit(unit);
    if (!result.committed) {
      throw new Problem(problems.stateConflict, { detail: `${api} took another step in the meantime.` });
    }
    await this.data.refresh();
    return this.reader.read(api);
  }

  /** True when the step is forced against a refusal. @throws Problem version-in-use */
  private async refuseInUse(api: string, { sunsetAt }: Lifecycle, step: Step): Promise<boolean> {
    const { quietDays = QUIET_DAYS, force = false } = step;
    await this.usage.flush();
    const consumers = await this.database.query<{ consumer: string; calls: number; lastAt: Date }>(
      `select consumer, sum(calls)::float8 as calls, max(last_at) as "lastAt" from governance.usage
        where api = $1 and field = '' and last_at > now() - make_interval(days => $2)
        group by consumer order by max(last_at) desc limit ${NAMED_MAX}`, [api, quietDays]);
    const early = sunsetAt !== undefined && Date.parse(sunsetAt) > Date.now();
    if (consumers.length === 0 && !early) return false;
    if (force) return true;
    const callers = consumers.map(({ consumer }) => consumer).join(', ');
    throw new Problem(problems.versionInUse, {
      detail: callers ? `Called in the last ${quietDays} days by ${callers}.` : `Its sunset is ${sunsetAt}.`,
      ...(sunsetAt ? { sunsetAt } : {}),
      consumers: consumers.map(({ lastAt, ...used }) => ({ ...used, lastAt: lastAt.toISOString() })),
    });
  }
}

/** The event that tells subscribers; a block is told by its answers alone, since it is meant to pass. */
function tell(
  unit: UnitOfWork, about: { api: string; basePath: string; reason: string }, step: Step, after: Lifecycle,
): void {
  const { successor, sunsetAt } = after;
  const data = { ...about, ...(successor ? { successor } : {}) };
  const common = { source: SOURCE, subject: about.api, partitionKey: about.api };
  const { action, blackOut } = step;
  if (action === 'publish') announce(unit, { ...common, type: 'api.published.v1', data });
  if (action === 'deprecate') {
    announce(unit, { ...common, type: 'api.deprecated.v1', data: { ...data, sunsetAt: sunsetAt! } });
  }
  if (action === 'retire') announce(unit, { ...common, type: 'api.retired.v1', data });
  if (blackOut) {
    announce(unit, { ...common, type: 'api.blacked-out.v1', data: { ...data, from: blackOut.from, to: blackOut.to } });
  }
}
