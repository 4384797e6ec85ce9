// Sales orders of SAP in bulk: OData pages by last change, or by many references in one filter, for whoever compares
// them with ours.
import { Injectable } from '@nestjs/common';
import { Decimal } from 'decimal.js';
import {
  exponentOf, FIGURES_MAX, type CallContext, type FigureQuery, type SalesOrderFigures, type SalesOrderFiguresPage,
} from '#contracts';
import { SapErp } from './sap-erp.connector.js';
import type { ODataOptions } from './sap-gateway.connector.js';
import { fromSapReference, toSapReference } from './sap-sales-order.mapping.js';
import { fromODataDate, quoteLiteral, type SapSalesOrder } from './sap-sales-order.wire.js';

/** References in one `$filter`; SAP Gateway bounds the length of a URL. */
const REFERENCES_PER_CALL = 40;
/** Sales orders of those references: duplicates are what is looked for. */
const PER_CALL_MAX = 500;
const FIELDS = 'SalesOrder,PurchaseOrderByCustomer,OverallSDDocumentRejectionSts,TotalNetAmount,TransactionCurrency,'
  + 'LastChangeDateTime';

type SapOrderFigures = SapSalesOrder & { readonly TotalNetAmount: string; readonly TransactionCurrency: string };

@Injectable()
export class SapFigures {
  constructor(private readonly erp: SapErp) {}

  /** @throws Problem vendor-unavailable */
  async page(query: FigureQuery, call: CallContext): Promise<SalesOrderFiguresPage> {
    try {
      return query.orderIds ? await this.byReference(query.orderIds, call) : await this.byChange(query, call);
    } catch (error) {
      throw this.erp.line.problem(error);
    }
  }

  private async byChange(query: FigureQuery, call: CallContext): Promise<SalesOrderFiguresPage> {
    const { from, until, cursor, limit = FIGURES_MAX } = query;
    const skip = /^\d{1,9}$/.test(cursor ?? '') ? Number(cursor) : 0;
    const bounds = [from && `LastChangeDateTime ge ${moment(from)}`, until && `LastChangeDateTime lt ${moment(until)}`];
    const filter = bounds.filter(Boolean).join(' and ');
    const found = await this.read({
      ...(filter ? { $filter: filter } : {}), $orderby: 'SalesOrder asc', $top: String(limit), $skip: String(skip),
    }, call);
    const next = found.length === limit ? { next: String(skip + limit) } : {};
    return { figures: found.map(toFigures), ...next };
  }

  private async byReference(orderIds: readonly string[], call: CallContext): Promise<SalesOrderFiguresPage> {
    const figures: SalesOrderFigures[] = [];
    for (let next = 0; next < orderIds.length; next += REFERENCES_PER_CALL) {
      const some = orderIds.slice(next, next + REFERENCES_PER_CALL);
      const filter = some.map((id) => `PurchaseOrderByCustomer eq ${quoteLiteral(toSapReference(id))}`).join(' or ');
      figures.push(...(await this.read({ $filter: filter, $top: String(PER_CALL_MAX) }, call)).map(toFigures));
    }
    return { figures };
  }

  private read(options: ODataOptions, call: CallContext): Promise<SapOrderFigures[]> {
    return this.erp.gateway.feed('listSalesOrders', 'A_SalesOrder', { ...options, $select: FIELDS }, call.deadline);
  }
}

function toFigures(order: SapOrderFigures): SalesOrderFigures {
  const { TransactionCurrency: currency } = order;
  return {
    number: order.SalesOrder, reference: fromSapReference(order.PurchaseOrderByCustomer),
    rejected: order.OverallSDDocumentRejectionSts === 'C',
    total: { amount: new Decimal(order.TotalNetAmount).toFixed(exponentOf(currency)), currency },
    changedAt: (fromODataDate(order.LastChangeDateTime) ?? new Date(0)).toISOString(),
  };
}

const moment = (at: string): string => `datetimeoffset'${new Date(at).toISOString()}'`;
