// Finance after the sale as its callers meet it: credit memos, store credit, goods that come back, payouts, what an
// order's money looks like now, and how far the journal has reached the ERP.
import { randomBytes } from 'node:crypto';
import { Controller } from '@nestjs/common';
import {
  financeApi, fromMinor, Problem, problems, toMinor, type CreditMemo, type ErpPostings, type GoodsValued,
  type InputOf, type Money, type MoneyOrderId, type OrderMoney, type StoreCredit,
} from '#contracts';
import { Database, GroupCommit } from '#database';
import { Implements } from '#governance';
import { commitMoney } from './commit-money.command.js';
import { ErpPostingJob } from './erp-posting.job.js';
import { listPostings } from './erp-posting.reader.js';
import { PaymentRecord } from './finance.entity.js';
import { minorOf, toCreditMemo, toStoreCredit } from './finance.mapping.js';
import type { GoodsMovement } from './ledger.policy.js';
import { toOrderMoney, type BalanceRow } from './order-money.mapping.js';
import { costOf, revenuePolicy } from './revenue.policy.js';

const { operations } = financeApi;
const POSTINGS_DEFAULT = 100;
const CODE_BYTES = 12;
const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const BALANCES = `
  select account, currency, sum(case side when 'debit' then amount else -amount end)::bigint as balance
  from finance.journal_entry join finance.journal_leg on entry_id = id
  where order_id = $1 group by account, currency order by account`;

@Controller()
export class AfterSaleController {
  constructor(
    private readonly database: Database, private readonly groupCommit: GroupCommit,
    private readonly poster: ErpPostingJob,
  ) {}

  @Implements(operations.issueCreditMemo)
  async issueCreditMemo({ body }: InputOf<typeof operations.issueCreditMemo>): Promise<CreditMemo> {
    const { orderId, fact, total: { currency } } = body;
    const none = fromMinor(0n, currency);
    const total = minorOf(body.total, '#/total', 1n);
    const part = (money: Money | undefined, name: string, most: bigint): bigint => {
      const minor = minorOf(money ?? none, `#/${name}`, 0n);
      if (money !== undefined && money.currency !== currency || minor > most) throw notWithin(name);
      return minor;
    };
    const tax = part(body.tax, 'tax', total);
    const fee = part(body.fee, 'fee', total);
    const feeTax = part(body.feeTax, 'feeTax', fee < tax ? fee : tax);
    const { memo } = await commitMoney(this.groupCommit,
      { kind: 'creditMemo', orderId, fact, total, tax, fee, feeTax, currency });
    return toCreditMemo(memo!);
  }

  @Implements(operations.issueStoreCredit)
  async issueStoreCredit({ body }: InputOf<typeof operations.issueStoreCredit>): Promise<StoreCredit> {
    const { orderId, fact, customerId = null, amount: { currency } } = body;
    const amount = minorOf(body.amount, '#/amount', 1n);
    const { storeCredit } = await commitMoney(this.groupCommit,
      { kind: 'storeCredit', orderId, fact, amount, currency, customerId, code: newCode() });
    return toStoreCredit(storeCredit!);
  }

  @Implements(operations.recordGoodsReturned)
  async recordGoodsReturned({ body }: InputOf<typeof operations.recordGoodsReturned>): Promise<GoodsValued> {
    const { orderId, fact, netValue: { currency } } = body;
    const cost = costOf(revenuePolicy, minorOf(body.netValue, '#/netValue', 0n));
    const movement = body.movement as GoodsMovement;
    await commitMoney(this.groupCommit, { kind: 'goodsReturned', orderId, fact, movement, cost, currency });
    return { orderId, fact, cost: fromMinor(cost, currency), policyVersion: revenuePolicy.version };
  }

  @Implements(operations.recordPayout)
  async recordPayout({ body }: InputOf<typeof operations.recordPayout>): Promise<MoneyOrderId> {
    const { orderId, payoutId, gross: { currency } } = body;
    const gross = minorOf(body.gross, '#/gross', 1n);
    if (body.fee.currency !== currency || toMinor(body.fee) > gross) throw notWithin('fee');
    const fee = minorOf(body.fee, '#/fee', 0n);
    await commitMoney(this.groupCommit, { kind: 'payout', orderId, payoutId, gross, fee, currency });
    return { orderId };
  }

  @Implements(operations.getOrderMoney)
  async getOrderMoney({ params: { orderId } }: InputOf<typeof operations.getOrderMoney>): Promise<OrderMoney> {
    const [record, balances] = await Promise.all([
      this.database.dataSource.getRepository(PaymentRecord).findOne({ where: { orderId }, relations: { facts: true } }),
      this.database.query<BalanceRow>(BALANCES, [orderId]),
    ]);
    if (!record?.currency) {
      throw new Problem(problems.notFound, { detail: `There is no money of order ${orderId}.` });
    }
    return toOrderMoney(record, record.facts!, balances);
  }

  @Implements(operations.listErpPostings)
  listErpPostings({ params }: InputOf<typeof operations.listErpPostings>): Promise<ErpPostings> {
    return listPostings(this.database, { limit: POSTINGS_DEFAULT, ...params });
  }

  @Implements(operations.retryErpPostings)
  async retryErpPostings({ body }: InputOf<typeof operations.retryErpPostings>): Promise<ErpPostings> {
    await this.poster.retryNow(body.orderId, body.rejectedToo === true);
    const { orderId } = body;
    return listPostings(this.database, { limit: POSTINGS_DEFAULT, open: true, ...(orderId ? { orderId } : {}) });
  }
}

function notWithin(name: string): Problem {
  const errors = [{ pointer: `#/${name}`, detail: 'must be part of the amount, in its currency' }];
  return new Problem(problems.invalidRequest, { detail: `The ${name} does not fit the amount.`, errors });
}

/** Nobody can guess it: 60 random bits. */
function newCode(): string {
  return `SC-${[...randomBytes(CODE_BYTES)].map((byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length]).join('')}`;
}
