// Policies: the documents that steer the house, versioned, tried before they are put in force, never overwritten.
import { Controller } from '@nestjs/common';
import {
  platformApi, Problem, problems, type CallContext, type ChangePreview, type PolicyChange, type PolicyDocument,
  type PolicyList, type PolicyPath,
} from '#contracts';
import {
  ControlPlane, etagOf, GovernanceData, Implements, matchVersion, policyData, steeringPolicies, type PolicyDefinition,
} from '#governance';
import { checkDocument, differences, documentFaults } from './document.policy.js';

const { operations } = platformApi;

@Controller()
export class PolicyController {
  constructor(private readonly data: GovernanceData, private readonly control: ControlPlane) {}

  @Implements(operations.listPolicies)
  async listPolicies(): Promise<PolicyList> {
    return { policies: steeringPolicies.map((definition) => this.inForce(definition)) };
  }

  @Implements(operations.getPolicy)
  async getPolicy({ params: { policyName } }: { params: PolicyPath }): Promise<PolicyDocument> {
    return this.inForce(definitionOf(policyName));
  }

  @Implements(operations.tryPolicy)
  async tryPolicy(
    { params: { policyName }, body: { document } }: { params: PolicyPath; body: PolicyChange },
  ): Promise<ChangePreview> {
    const definition = definitionOf(policyName);
    const faults = documentFaults(definition.schema, document);
    return {
      verdict: faults.length === 0 ? 'valid' : 'invalid', faults, consumers: [], exceeding: [],
      differences: differences(this.inForce(definition).document, document),
    };
  }

  @Implements(operations.putPolicy)
  async putPolicy(
    { params: { policyName }, body: { document, reason } }: { params: PolicyPath; body: PolicyChange },
    call: CallContext,
  ): Promise<PolicyDocument> {
    const definition = definitionOf(policyName);
    await this.data.refresh();
    const current = this.inForce(definition);
    matchVersion(call, current.version);
    checkDocument(definition.schema, document);
    const version = current.version + 1;
    await this.control.commit({
      operation: operations.putPolicy, call,
      statements: [{
        text: `insert into governance.policy (name, version, document, reason, created_by)
          values ($1, $2, $3::jsonb, $4, $5) on conflict do nothing`,
        values: [policyName, version, document, reason, call.consumer],
        otherwise: new Problem(problems.preconditionFailed, {
          detail: `${policyName} was changed at the same moment.`, etag: etagOf(version) }),
      }],
      audit: { subject: `policy ${policyName}`, before: current.document, after: document, reason },
    });
    return this.inForce(definition);
  }

  private inForce({ name, description, schema, standard }: PolicyDefinition): PolicyDocument {
    const found = this.data.of(policyData).get(name);
    const base = { name, description, schema, etag: etagOf(found?.version ?? 0) };
    if (found) {
      const { version, document, reason, createdBy, createdAt } = found;
      return { ...base, version, document, reason, createdBy, createdAt };
    }
    return { ...base, version: 0, document: standard as Record<string, unknown>, reason: 'as delivered',
      createdBy: 'throughline' };
  }
}

function definitionOf(name: string): PolicyDefinition {
  const found = steeringPolicies.find((definition) => definition.name === name);
  if (!found) throw new Problem(problems.notFound, { detail: `There is no policy ${name}.` });
  return found;
}
