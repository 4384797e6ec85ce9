// The API owner's view of consumers: who there is, what each may do, and an end to it within a second where needed.
import { Controller } from '@nestjs/common';
import {
  Answer, platformApi, Problem, problems, type ApiKeyEntry, type ApiKeyList, type CallContext, type ConsumerAccount,
  type ConsumerChange, type ConsumerKeyPath, type ConsumerPage, type ConsumerPath, type ConsumerQuery,
  type NewConsumer, type SignedUp,
} from '#contracts';
import { Database } from '#database';
import { ControlPlane, cursorOf, etagOf, Implements, matchVersion, placeOf, sha256 } from '#governance';
import { checkLimits } from '../policies/document.policy.js';
import { accountOf, type ConsumerRow } from './consumer.mapping.js';
import { keysOf, newSecret, revocation } from './key.command.js';

const { operations } = platformApi;
const PAGE = 50;

@Controller()
export class ConsumerController {
  constructor(private readonly database: Database, private readonly control: ControlPlane) {}

  @Implements(operations.listConsumers)
  async listConsumers({ params: { state, cursor, limit = PAGE } }: { params: ConsumerQuery }): Promise<ConsumerPage> {
    const [after] = placeOf(cursor, 1) ?? [''];
    const rows = await this.database.query<ConsumerRow>(`
      select * from governance.consumer where id > $1 and ($2::text is null or state = $2) order by id limit $3`,
    [after, state ?? null, limit + 1]);
    const page = rows.slice(0, limit);
    return {
      consumers: page.map(accountOf), ...(rows.length > limit ? { next: cursorOf(page.at(-1)!.id) } : {}),
    };
  }

  @Implements(operations.getConsumer)
  async getConsumer({ params: { consumerId } }: { params: ConsumerPath }): Promise<ConsumerAccount> {
    return accountOf(await this.row(consumerId));
  }

  @Implements(operations.createConsumer)
  async createConsumer({ body }: { body: NewConsumer }, call: CallContext): Promise<Answer<SignedUp>> {
    const ways = [body.issuer, body.jwks].filter((way) => way !== undefined).length;
    const secret = ways === 0 ? newSecret() : undefined;
    const told: SignedUp = { consumerId: body.id, plans: [], scopes: body.scopes ?? [] };
    await this.control.commit({
      operation: operations.createConsumer, call, answer: { status: 201, body: told },
      statements: [{
        text: `insert into governance.consumer
          (id, name, owner_email, purpose, state, origin, issuer, scopes, secret_hash, jwks)
          values ($1, $2, $3, $4, 'active', 'owner', $5, $6::text[], $7, $8::jsonb) on conflict do nothing`,
        values: [body.id, body.name, body.ownerEmail, body.purpose, body.issuer ?? null, body.scopes ?? [],
          secret === undefined ? null : sha256(secret), body.jwks ?? null],
        otherwise: new Problem(problems.stateConflict, { detail: `There is a consumer ${body.id} already.` }),
      }],
      audit: { subject: `consumer ${body.id}`, after: { ...body, reason: undefined }, reason: body.reason },
    });
    return new Answer(201, { ...told, ...(secret === undefined ? {} : { clientSecret: secret }) });
  }

  @Implements(operations.changeConsumer)
  async changeConsumer(
    { params: { consumerId }, body }: { params: ConsumerPath; body: ConsumerChange }, call: CallContext,
  ): Promise<ConsumerAccount> {
    const row = await this.row(consumerId);
    matchVersion(call, row.version);
    if (row.state === 'closed') {
      throw new Problem(problems.stateConflict, { detail: `${consumerId} is closed for good.` });
    }
    if (body.limits) checkLimits(body.limits, '#/limits');
    const documents = body.anyDocument ? null : body.trustedDocuments ?? row.trusted_documents;
    const next: ConsumerRow = {
      ...row, name: body.name ?? row.name, state: body.state ?? row.state, scopes: body.scopes ?? row.scopes,
      limits: body.limits ?? row.limits, trusted_documents: documents, jwks: body.jwks ?? row.jwks,
      version: row.version + 1,
    };
    await this.control.commit({
      operation: operations.changeConsumer, call,
      statements: [{
        text: `update governance.consumer set name = $3, state = $4, scopes = $5::text[], limits = $6::jsonb,
          trusted_documents = $7::text[], jwks = $8::jsonb, version = version + 1 where id = $1 and version = $2`,
        values: [consumerId, row.version, next.name, next.state, next.scopes, next.limits, next.trusted_documents,
          next.jwks],
        otherwise: new Problem(problems.preconditionFailed, {
          detail: `${consumerId} was changed at the same moment.`, etag: etagOf(row.version + 1) }),
      }],
      audit: {
        subject: `consumer ${consumerId}`, before: accountOf(row), after: accountOf(next), reason: body.reason,
      },
    });
    return accountOf(next);
  }

  @Implements(operations.listConsumerKeys)
  listConsumerKeys({ params: { consumerId } }: { params: ConsumerPath }): Promise<ApiKeyList> {
    return keysOf(this.database, consumerId);
  }

  @Implements(operations.revokeConsumerKey)
  async revokeConsumerKey(
    { params: { consumerId, keyId } }: { params: ConsumerKeyPath }, call: CallContext,
  ): Promise<ApiKeyEntry> {
    const change = await revocation(this.database, consumerId, keyId);
    await this.control.commit({ operation: operations.revokeConsumerKey, call, ...change.commit });
    return change.answer;
  }

  private async row(consumerId: string): Promise<ConsumerRow> {
    const [row] = await this.database.query<ConsumerRow>(
      'select * from governance.consumer where id = $1', [consumerId]);
    if (!row) throw new Problem(problems.notFound, { detail: `There is no consumer ${consumerId}.` });
    return row;
  }
}
