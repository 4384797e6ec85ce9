// Money in bulk, for reconciliation: what our ledger says of orders, and what the payment provider says of payments.
import { Controller } from '@nestjs/common';
import {
  financeApi, FIGURES_MAX, fromMinor, type CallContext, type FigureQuery, type InputOf, type OrderMoneyFiguresPage,
  type ProviderPaymentFiguresPage,
} from '#contracts';
import { Database } from '#database';
import { cursorOf, Implements, placeOf } from '#governance';
import { StripePayments } from './connectors/stripe/stripe-payments.connector.js';

const { listOrderMoneyFigures, listProviderPaymentFigures } = financeApi.operations;
/** Payments of named orders that are asked for at the same time. */
const ABREAST = 16;

const LEDGER = `
  select p.order_id as "orderId", p.currency, p.provider, p.reference, p.captured::text, p.refunded::text,
    p.refunded_deposit::text as deposit, (p.invoiced + p.open_items)::text as invoiced, p.paid_out::text as "paidOut",
    (select max(e.at) from finance.journal_entry e where e.order_id = p.order_id) as "changedAt"
  from finance.payment p
  where p.currency is not null and ($1::text[] is null or p.order_id = any($1))
    and (coalesce($2::timestamptz, $3::timestamptz) is null or exists (select from finance.journal_entry e
      where e.order_id = p.order_id and ($2 is null or e.at >= $2) and ($3 is null or e.at < $3)))
    and ($4::text is null or p.order_id > $4) and ($6::text[] is null or p.reference = any($6))
  order by p.order_id limit $5`;
const REFERENCES = `
  select order_id as "orderId", reference from finance.payment
  where order_id = any($1::text[]) and provider = 'stripe' and reference is not null`;

interface LedgerRow {
  orderId: string; currency: string; provider: string | null; reference: string | null; captured: string;
  refunded: string; deposit: string; invoiced: string; paidOut: string; changedAt: Date | null;
}

@Controller()
export class MoneyFiguresController {
  constructor(private readonly database: Database, private readonly stripe: StripePayments) {}

  @Implements(listOrderMoneyFigures)
  async listOrderMoneyFigures({ params }: InputOf<typeof listOrderMoneyFigures>): Promise<OrderMoneyFiguresPage> {
    const { from = null, until = null, orderIds = null, paymentIds = null, cursor, limit = FIGURES_MAX } = params;
    const [after = null] = placeOf(cursor, 1) ?? [];
    const rows = await this.database.query<LedgerRow>(LEDGER, [orderIds, from, until, after, limit + 1,
      paymentIds]);
    const page = rows.slice(0, limit);
    return {
      figures: page.map(({ orderId, currency, provider, reference, changedAt, ...row }) => {
        const money = (minor: string) => fromMinor(BigInt(minor), currency);
        return {
          orderId, ...(provider ? { provider } : {}), ...(reference ? { paymentId: reference } : {}),
          captured: money(row.captured), refunded: money(row.refunded), refundedDeposit: money(row.deposit),
          invoiced: money(row.invoiced), paidOut: money(row.paidOut),
          ...(changedAt ? { changedAt: changedAt.toISOString() } : {}),
        };
      }),
      ...(rows.length > limit ? { next: cursorOf(page.at(-1)!.orderId) } : {}),
    };
  }

  @Implements(listProviderPaymentFigures)
  listProviderPaymentFigures(
    { params }: InputOf<typeof listProviderPaymentFigures>, call: CallContext,
  ): Promise<ProviderPaymentFiguresPage> {
    return params.orderIds ? this.ofOrders(params, call) : this.stripe.listFigures(params, call);
  }

  /** By the payment we know of each order, a few at a time: the provider's search is late by a minute. */
  private async ofOrders({ orderIds = [] }: FigureQuery, call: CallContext): Promise<ProviderPaymentFiguresPage> {
    const known = await this.database.query<{ orderId: string; reference: string }>(REFERENCES, [orderIds]);
    const figures: ProviderPaymentFiguresPage['figures'] = [];
    for (let next = 0; next < known.length; next += ABREAST) {
      const wave = known.slice(next, next + ABREAST);
      const found = await Promise.all(wave.map(({ reference }) => this.stripe.findFigures(reference, call)));
      figures.push(...found.filter((each) => each !== undefined));
    }
    return { figures };
  }
}
