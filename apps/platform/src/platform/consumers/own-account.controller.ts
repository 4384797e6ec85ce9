// What a consumer does for itself, as the portal shows it: sign up, look after its keys, subscribe, ask for production.
import { Controller } from '@nestjs/common';
import { Config } from '#config';
import {
  Answer, newId, platformApi, Problem, problems, type ApiKeyEntry, type ApiKeyList, type ApiKeyPath,
  type ApiKeyRequest, type ApiKeyRotation, type CallContext, type ConsumerAccount, type NewApiKeyAnswer,
  type SignedUp, type SignUp,
} from '#contracts';
import { Database } from '#database';
import { consumerData, ControlPlane, GovernanceData, Implements, sha256 } from '#governance';
import { checkLimits } from '../policies/document.policy.js';
import { OfferReader } from '../products/offer.reader.js';
import { accountOf, type ConsumerRow } from './consumer.mapping.js';
import { keysOf, makeKey, newSecret, revocation, rotation } from './key.command.js';

const { operations } = platformApi;
const SANDBOX_PLANS = `
  select id, product, scopes from governance.plan
   where state = 'published' and approval = 'automatic' and 'sandbox' = any (environments) order by id`;

@Controller()
export class OwnAccountController {
  constructor(
    private readonly config: Config, private readonly database: Database, private readonly data: GovernanceData,
    private readonly control: ControlPlane, private readonly offers: OfferReader,
  ) {}

  @Implements(operations.signUp)
  async signUp({ body }: { body: SignUp }, call: CallContext): Promise<Answer<SignedUp>> {
    if (this.config.SIGN_UP !== 'open') {
      throw new Problem(problems.notAllowedHere, { detail: 'Signing up is closed here; ask the API owner.' });
    }
    const closing = await this.offers.closing();
    const plans = (await this.database.query<{ id: string; product: string; scopes: string[] }>(SANDBOX_PLANS))
      .filter(({ product }) => !closing.has(product));
    const consumerId = newId('con');
    const secret = newSecret();
    const key = makeKey(consumerId, { name: 'first sandbox key', environment: 'sandbox' });
    const told: SignedUp = {
      consumerId, plans: plans.map(({ id }) => id),
      scopes: [...new Set(plans.flatMap(({ scopes }) => scopes))].sort(),
    };
    await this.control.commit({
      operation: operations.signUp, call, answer: { status: 201, body: told },
      statements: [
        { text: `insert into governance.consumer (id, name, owner_email, purpose, state, origin, scopes, secret_hash)
            values ($1, $2, $3, $4, 'active', 'portal', '{}', $5)`,
        values: [consumerId, body.name, body.ownerEmail, body.purpose, sha256(secret)] },
        { text: `insert into governance.subscription
            (id, consumer, plan, product, environment, state, reason, decided_by, decided_at)
            select 'sub_' || md5($1 || ' ' || p.id), $1, p.id, p.product, 'sandbox', 'accepted', 'signed up', $1, now()
              from governance.plan p where p.id = any ($2::text[]) on conflict do nothing`,
        values: [consumerId, told.plans] },
        key.statement,
      ],
      audit: { subject: `consumer ${consumerId}`, after: { ...body, plans: told.plans }, reason: 'signed up' },
    });
    return new Answer(201, { ...told, clientSecret: secret, apiKey: key.answer.secret });
  }

  @Implements(operations.getMyConsumer)
  async getMyConsumer(_: object, { consumer }: CallContext): Promise<ConsumerAccount> {
    const [row] = await this.database.query<ConsumerRow>('select * from governance.consumer where id = $1', [consumer]);
    if (!row) throw new Problem(problems.notFound, { detail: `${consumer} is not registered here.` });
    return accountOf({ ...row, scopes: [...this.data.of(consumerData).consumers.get(consumer)?.scopes ?? row.scopes] });
  }

  @Implements(operations.listMyKeys)
  listMyKeys(_: object, { consumer }: CallContext): Promise<ApiKeyList> {
    return keysOf(this.database, consumer);
  }

  @Implements(operations.createMyKey)
  async createMyKey({ body }: { body: ApiKeyRequest }, call: CallContext): Promise<Answer<NewApiKeyAnswer>> {
    if (body.limits) checkLimits(body.limits, '#/limits');
    const known = this.data.of(consumerData).consumers.get(call.consumer);
    const allowed = known?.entitlements.some(({ environment, state }) =>
      environment === body.environment && state === 'accepted');
    if (!allowed) {
      throw new Problem(problems.stateConflict, {
        detail: `${call.consumer} has no accepted ${body.environment} subscription; subscribe first.`,
      });
    }
    const { statement, answer, told } = makeKey(call.consumer, body);
    await this.control.commit({
      operation: operations.createMyKey, call, statements: [statement], answer: { status: 201, body: told },
      audit: { subject: `key ${told.id}`, after: { ...told, name: body.name, consumer: call.consumer },
        reason: 'created' },
    });
    return new Answer<NewApiKeyAnswer>(201, answer);
  }

  @Implements(operations.rotateMyKey)
  async rotateMyKey(
    { params: { keyId }, body }: { params: ApiKeyPath; body: ApiKeyRotation }, call: CallContext,
  ): Promise<Answer<NewApiKeyAnswer>> {
    const { commit, told, answer } = await rotation(this.database, call.consumer, keyId, body.overlapSeconds);
    const kept = { status: 201, body: told };
    await this.control.commit({ operation: operations.rotateMyKey, call, ...commit, answer: kept });
    return new Answer<NewApiKeyAnswer>(201, answer);
  }

  @Implements(operations.revokeMyKey)
  async revokeMyKey({ params: { keyId } }: { params: ApiKeyPath }, call: CallContext): Promise<ApiKeyEntry> {
    const { commit, answer } = await revocation(this.database, call.consumer, keyId);
    await this.control.commit({ operation: operations.revokeMyKey, call, ...commit });
    return answer;
  }
}
