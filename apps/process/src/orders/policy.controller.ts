// Policies of orders for the people who own them: read, set the next version, and try a document on recorded decisions.
import { Controller } from '@nestjs/common';
import {
  ordersApi, type CallContext, type InputOf, type OrderPolicyVersion, type PolicyComparison, type PolicyVersions,
  type SourcingDecisions,
} from '#contracts';
import { Implements } from '#governance';
import { OrderReader } from './order.reader.js';
import { PolicyReader, type PolicyName } from './policy.reader.js';
import type { SourcingDocument } from './sourcing-document.policy.js';
import { SourcingReader } from './sourcing.reader.js';

const { getPolicy, listPolicyVersions, setPolicy, dryRunSourcingPolicy, getSourcingDecisions } = ordersApi.operations;

@Controller()
export class PolicyController {
  constructor(
    private readonly policies: PolicyReader,
    private readonly sourcing: SourcingReader,
    private readonly orders: OrderReader,
  ) {}

  @Implements(getPolicy)
  getPolicy({ params: { kind, version } }: InputOf<typeof getPolicy>): Promise<OrderPolicyVersion> {
    return this.policies.version(kind as PolicyName, version);
  }

  @Implements(listPolicyVersions)
  async listPolicyVersions({ params }: InputOf<typeof listPolicyVersions>): Promise<PolicyVersions> {
    return { versions: await this.policies.versions(params.kind as PolicyName) };
  }

  @Implements(setPolicy)
  setPolicy({ params, body }: InputOf<typeof setPolicy>, call: CallContext): Promise<OrderPolicyVersion> {
    return this.policies.set(params.kind as PolicyName, body.document, call.consumer, body.note);
  }

  @Implements(dryRunSourcingPolicy)
  async dryRunSourcingPolicy({ body }: InputOf<typeof dryRunSourcingPolicy>): Promise<PolicyComparison> {
    this.policies.check('sourcing', body.document);
    return this.sourcing.replay(body.document as unknown as SourcingDocument, body);
  }

  @Implements(getSourcingDecisions)
  async getSourcingDecisions({ params }: InputOf<typeof getSourcingDecisions>): Promise<SourcingDecisions> {
    const { id } = await this.orders.get(params.orderId);
    return { decisions: await this.sourcing.ofOrder(id) };
  }
}
