// Customer returns in SAP S/4HANA: looked up by our reference before one is created, released once they wait for
// approval, so that a second try finishes what a first one began.
import { createHash } from 'node:crypto';
import {
  Problem, problems, type CallContext, type CustomerReturn, type NewCustomerReturn, type WriteOutcome,
} from '#contracts';
import { VendorUnreached, type Reported, type VendorLine } from '../../../vendor-line.js';
import {
  APPROVALS, CUSTOMER_RETURN_SERVICE as SERVICE, RETURN_STATUS, toSapCustomerReturn, type SapCustomerReturn,
} from './sap-customer-return.wire.js';
import { encode, SapGateway, type SapAccess, type SapAnswer } from './sap-gateway.connector.js';
import { toSapReference } from './sap-sales-order.mapping.js';
import { quoteLiteral, readMessages, type ODataEntity, type ODataFeed } from './sap-sales-order.wire.js';

const PER_REFERENCE_MAX = 20;
const LOCKED_RETRY_AFTER_SECONDS = 2;
/** "Sales document … is currently being processed by user …": a 400 that passes. */
const LOCKED_BY_USER = 'V1/042';
const WAITING = 'A';
const REJECTED = 'C';

export class SapReturns {
  private readonly gateway: SapGateway;

  /** @param line shared with the other services of the same SAP */
  constructor(access: SapAccess, private readonly line: VendorLine) {
    this.gateway = new SapGateway(access, SERVICE, line);
  }

  /** Creates the return unless one has its reference, and releases it. */
  create(wish: NewCustomerReturn, call: CallContext): Promise<WriteOutcome> {
    return this.line.write(call, 'createCustomerReturn', lookUpText(wish.reference), async () => {
      const [known] = call.mayHaveRun === false ? [] : await this.list(wish.reference, call.deadline);
      if (known) return this.released(known, call, { found: true });
      const body = JSON.stringify(toSapCustomerReturn(wish));
      const payloadHash = createHash('sha256').update(body).digest('hex');
      const detail = { reference: toSapReference(wish.reference), payloadHash };
      const answer = await this.gateway.write('createCustomerReturn',
        { method: 'POST', path: `${SERVICE}/A_CustomerReturn`, body }, call.deadline);
      if (answer.status !== 201) return { ...refusal(answer), detail };
      return this.released((answer.body as ODataEntity<SapCustomerReturn>).d, call, { detail });
    });
  }

  /** @throws Problem not-found, vendor-unavailable */
  async find(reference: string, call: CallContext): Promise<CustomerReturn> {
    let found: SapCustomerReturn | undefined;
    try {
      [found] = await this.list(reference, call.deadline);
    } catch (error) {
      throw this.line.problem(error);
    }
    if (!found) throw new Problem(problems.notFound, { detail: `SAP has no return with reference ${reference}.` });
    return {
      number: found.CustomerReturn, reference, approval: APPROVALS[found.SalesDocApprovalStatus] ?? 'inApproval',
      status: RETURN_STATUS[found.RetsMgmtProcessingStatus] ?? found.RetsMgmtProcessingStatus,
      freshness: { source: 'sap', asOf: new Date().toISOString(), stale: false },
    };
  }

  reject(reference: string, call: CallContext): Promise<WriteOutcome> {
    return this.line.write(call, 'rejectCustomerReturn', lookUpText(reference), async () => {
      const [known] = await this.list(reference, call.deadline);
      if (!known) return { outcome: 'rejected', reason: `SAP has no return with reference ${reference}` };
      if (known.SalesDocApprovalStatus === REJECTED) {
        return { outcome: 'applied', reference: known.CustomerReturn, found: true };
      }
      return this.decide('rejectApprovalRequest', known.CustomerReturn, call, {});
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.gateway.close();
  }

  private async released(found: SapCustomerReturn, call: CallContext, more: Partial<Reported>): Promise<Reported> {
    if (found.SalesDocApprovalStatus === REJECTED) {
      return { outcome: 'rejected', reason: `SAP has rejected return ${found.CustomerReturn}` };
    }
    if (found.SalesDocApprovalStatus !== WAITING) {
      return { ...more, outcome: 'applied', reference: found.CustomerReturn };
    }
    return this.decide('releaseApprovalRequest', found.CustomerReturn, call, more);
  }

  private async decide(
    name: string, number: string, call: CallContext, more: Partial<Reported>,
  ): Promise<Reported> {
    const path = `${SERVICE}/${name}?CustomerReturn=${quoteLiteral(number)}`;
    const answer = await this.gateway.write(name, { method: 'POST', path, body: '' }, call.deadline);
    if (answer.status < 300) return { ...more, outcome: 'applied', reference: number };
    if (readMessages(answer.status, answer.body).code === LOCKED_BY_USER) {
      throw new VendorUnreached(`return ${number} is being changed by somebody else`, false,
        LOCKED_RETRY_AFTER_SECONDS);
    }
    return refusal(answer);
  }

  /** All returns with a reference, the lowest number first: that one counts. */
  private async list(reference: string, deadline: number): Promise<SapCustomerReturn[]> {
    const query = encode({
      $filter: `PurchaseOrderByCustomer eq ${quoteLiteral(toSapReference(reference))}`,
      $select: 'CustomerReturn,PurchaseOrderByCustomer,SalesDocApprovalStatus,RetsMgmtProcessingStatus',
      $top: String(PER_REFERENCE_MAX), $orderby: 'CustomerReturn asc',
    });
    const path = `${SERVICE}/A_CustomerReturn?${query}`;
    const answer = await this.gateway.read('findCustomerReturn', path, deadline);
    if (answer.status !== 200) throw new VendorUnreached(readMessages(answer.status, answer.body).text);
    return (answer.body as ODataFeed<SapCustomerReturn>).d.results
      .sort((left, right) => Number(left.CustomerReturn) - Number(right.CustomerReturn));
  }
}

const refusal = (answer: SapAnswer): Reported =>
  ({ outcome: 'rejected', reason: readMessages(answer.status, answer.body).text });
const lookUpText = (reference: string): string =>
  `GET ${SERVICE}/A_CustomerReturn?$filter=PurchaseOrderByCustomer eq '${toSapReference(reference)}'`;
