// The API owner's desk: where each version stands, the steps of its life, and the revision a consumer is pinned to.
import { Controller } from '@nestjs/common';
import {
  platformApi, Problem, problems, type ApiBlackOut, type ApiStep, type ApiVersion, type ApiVersionKey,
  type CallContext, type DeprecateApi, type PinRevision, type RetireApi, type RevisionPin, type RevisionPinKey,
} from '#contracts';
import { Database } from '#database';
import { ControlPlane, Implements, revisionsOf } from '#governance';
import { ApiVersionCommand } from './api-version.command.js';
import { ApiVersionReader } from './api-version.reader.js';

const { operations } = platformApi;

interface Asked<Body> {
  params: ApiVersionKey;
  body: Body;
}

@Controller()
export class ApiVersionController {
  constructor(
    private readonly reader: ApiVersionReader, private readonly command: ApiVersionCommand,
    private readonly database: Database, private readonly control: ControlPlane,
  ) {}

  @Implements(operations.getApi)
  async getApi({ params: { api } }: { params: ApiVersionKey }): Promise<ApiVersion> {
    return this.reader.read(api);
  }

  @Implements(operations.publishApi)
  async publishApi({ params: { api }, body }: Asked<ApiStep>, call: CallContext): Promise<ApiVersion> {
    return this.command.take(api, { action: 'publish', ...body }, call);
  }

  @Implements(operations.deprecateApi)
  async deprecateApi({ params: { api }, body }: Asked<DeprecateApi>, call: CallContext): Promise<ApiVersion> {
    return this.command.take(api, { action: 'deprecate', ...body }, call);
  }

  @Implements(operations.blackOutApi)
  async blackOutApi({ params: { api }, body }: Asked<ApiBlackOut>, call: CallContext): Promise<ApiVersion> {
    return this.command.take(api, { action: 'blackOut', blackOut: { ...body }, reason: body.reason }, call);
  }

  @Implements(operations.retireApi)
  async retireApi({ params: { api }, body }: Asked<RetireApi>, call: CallContext): Promise<ApiVersion> {
    return this.command.take(api, { action: 'retire', ...body }, call);
  }

  @Implements(operations.blockApi)
  async blockApi({ params: { api }, body }: Asked<ApiStep>, call: CallContext): Promise<ApiVersion> {
    return this.command.take(api, { action: 'block', ...body }, call);
  }

  @Implements(operations.unblockApi)
  async unblockApi({ params: { api }, body }: Asked<ApiStep>, call: CallContext): Promise<ApiVersion> {
    return this.command.take(api, { action: 'unblock', ...body }, call);
  }

  @Implements(operations.pinRevision)
  async pinRevision(
    { params: { api, consumer }, body: { revision } }: { params: RevisionPinKey; body: PinRevision }, call: CallContext,
  ): Promise<RevisionPin> {
    const { dates } = revisionsOf(this.reader.entry(api).definition);
    if (!dates.includes(revision)) {
      throw new Problem(problems.unprocessable, {
        detail: `${api} has no revision ${revision}; there are ${dates.join(', ')}.`, supported: dates,
      });
    }
    const [before] = await this.database.query<{ revision: string }>(
      'select revision::text from governance.revision_pin where consumer = $1 and api = $2', [consumer, api]);
    const pin = { api, consumer, revision };
    await this.control.commit({
      operation: operations.pinRevision, call,
      statements: [{
        text: `insert into governance.revision_pin (consumer, api, revision, set_by) values ($1, $2, $3, $4)
          on conflict (consumer, api) do update
            set revision = excluded.revision, set_by = excluded.set_by, set_at = now()`,
        values: [consumer, api, revision, call.consumer],
      }],
      audit: { subject: `pin ${consumer} ${api}`, ...(before ? { before: { ...pin, ...before } } : {}), after: pin,
        reason: `pinned to ${revision}` },
    });
    return pin;
  }
}
