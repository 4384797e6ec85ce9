// The warehouse's operations. An order is written down before it is sent, so that a message about it which overtakes
// the answer finds it; a message and the event it causes are one commit.
import { Controller } from '@nestjs/common';
import { WebhookVerificationError } from 'standardwebhooks';
import {
  Problem, problems, serviceContext, warehouseApi, type Acknowledgement, type CallContext, type FulfilmentOrder,
  type InputOf, type RawBody, type WriteOutcome,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { announce } from '#events';
import { Implements } from '#governance';
import { createLogger } from '#telemetry';
import { VendorSilent, VendorUnreached } from '../vendor-line.js';
import { inboxOf } from '../webhook-inbox.js';
import { toFulfilmentOrder } from './connectors/store/store-task.mapping.js';
import { StoreWarehouse } from './connectors/store/store-warehouse.connector.js';
import {
  fromWmsOrder, stateOf, toShipmentEvent, toSighting, toStaleOrder,
} from './connectors/wms/wms-fulfilment.mapping.js';
import { readFact, type WmsFact } from './connectors/wms/wms-fulfilment.wire.js';
import { WmsWarehouse } from './connectors/wms/wms-warehouse.connector.js';
import { FulfilmentOrderRecord } from './fulfilment-order.entity.js';
import { newFulfilmentOrders, sightings, type Sighting } from './fulfilment-order.writer.js';
import { isReturnFact, readReturnFact, takeInReturnFact, type WmsReturnFact } from './return-facts.command.js';
import type { FulfilmentConnector, Seen } from './fulfilment.port.js';

const { createFulfilmentOrder, getFulfilmentOrder, cancelFulfilmentOrder, receiveWarehouseFacts } =
  warehouseApi.operations;
const SOURCE = '/system/warehouse';
const MS_PER_SECOND = 1_000;
/** The vendor waits for our answer meanwhile. */
const TAKE_BACK_TIMEOUT_MS = 3_000;
/** An order whose location became a store after the 3PL had taken it stays there. */
const AT_STORE = `
  select 1 from warehouse.store_task where id = $1 union all
  select 1 from warehouse.fulfilment_order as asked join warehouse.store as store on store.id = asked.location_id
  where asked.id = $1 and asked.reference is null limit 1`;
const inbox = inboxOf('warehouse');
const logger = createLogger('warehouse');

@Controller()
export class WarehouseController {
  constructor(
    private readonly database: Database, private readonly groupCommit: GroupCommit, private readonly wms: WmsWarehouse,
    private readonly store: StoreWarehouse,
  ) {}

  @Implements(createFulfilmentOrder)
  async createFulfilmentOrder(
    { body }: InputOf<typeof createFulfilmentOrder>, call: CallContext,
  ): Promise<WriteOutcome> {
    const unit = new UnitOfWork();
    const entry = unit.add(newFulfilmentOrders, body);
    const noted = await this.groupCommit.commit(unit);
    if (!noted.committed) return { outcome: 'rejected', reason: String(noted.rejected.detail) };
    const connector: FulfilmentConnector = noted.outcome(entry).atStore ? this.store : this.wms;
    return this.seeing((seen) => connector.create(body, call, seen));
  }

  @Implements(getFulfilmentOrder)
  async getFulfilmentOrder(
    { params }: InputOf<typeof getFulfilmentOrder>, call: CallContext,
  ): Promise<FulfilmentOrder> {
    const record = await this.record(params.id);
    const work = await this.store.find(params.id);
    if (work) return toFulfilmentOrder(work);
    try {
      const order = await this.wms.find(params.id, call.deadline);
      if (!order) {
        throw new Problem(problems.notFound, { detail: `The warehouse has no fulfilment order ${params.id}.` });
      }
      await this.keep(toSighting(order));
      return fromWmsOrder(order, record);
    } catch (error) {
      if (!(error instanceof VendorUnreached || error instanceof VendorSilent)) throw error;
      if (!isKnown(record)) throw this.wms.line.problem(error);
      const seconds = error instanceof VendorUnreached ? error.retryAfterSeconds : undefined;
      const nextCheck = new Date(Date.now() + (seconds ?? this.wms.line.secondsToProbe) * MS_PER_SECOND);
      return toStaleOrder(record, `wms: ${error.message}`, nextCheck);
    }
  }

  @Implements(cancelFulfilmentOrder)
  async cancelFulfilmentOrder(
    { params }: InputOf<typeof cancelFulfilmentOrder>, call: CallContext,
  ): Promise<WriteOutcome> {
    // Noted first: a create that comes later, or a message about the cancellation, must know that we wanted it.
    await this.wanted(params.id, true);
    const connector = await this.connectorOf(params.id);
    const outcome = await this.seeing((seen) => connector.cancel(params.id, call, seen));
    if (outcome.outcome === 'rejected') await this.wanted(params.id, false);
    return outcome;
  }

  @Implements(receiveWarehouseFacts)
  async receiveWarehouseFacts(
    input: InputOf<typeof receiveWarehouseFacts>, _call: CallContext,
  ): Promise<Acknowledgement> {
    const fact = this.verified((input as { body: RawBody }).body);
    if (isReturnFact(fact)) return { accepted: await takeInReturnFact(this.groupCommit, inbox, fact) };
    const record = await this.record(fact.data.externalId);
    const unit = new UnitOfWork();
    unit.add(inbox, { id: fact.id, type: fact.type });
    const state = stateOf(fact);
    if (state) {
      const { data: { externalId, fulfilmentOrderId }, occurredAt } = fact;
      const asOf = new Date().toISOString();
      unit.add(sightings, { id: externalId, reference: fulfilmentOrderId, state, updatedAt: occurredAt, asOf });
    }
    const event = toShipmentEvent(fact, record);
    if (event) {
      const { orderId } = event.data;
      announce(unit, {
        ...event, source: SOURCE, subject: orderId, partitionKey: orderId, correlationId: orderId, causationId: fact.id,
        time: fact.occurredAt,
      });
    }
    const accepted = (await this.groupCommit.commit(unit)).committed;
    if (accepted && state === 'accepted' && record?.cancelAsked) await this.takeBackAgain(record);
    return { accepted };
  }

  /** An order that was on its way when we took it back has reached the warehouse after all. */
  private async takeBackAgain({ id, orderId: subject }: FulfilmentOrderRecord): Promise<void> {
    const call = serviceContext('system/warehouse', { subject, deadline: Date.now() + TAKE_BACK_TIMEOUT_MS });
    await this.cancelFulfilmentOrder({ params: { id } }, call).catch((error: unknown) => {
      logger.error({ err: error, fulfilmentOrderId: id }, 'a fulfilment order taken back is at the warehouse');
    });
  }

  /** Who has an order: the people of its store, or the 3PL. */
  private async connectorOf(id: string): Promise<FulfilmentConnector> {
    const [found] = await this.database.query(AT_STORE, [id]);
    return found ? this.store : this.wms;
  }

  private record(id: string): Promise<FulfilmentOrderRecord | null> {
    return this.database.dataSource.getRepository(FulfilmentOrderRecord).findOneBy({ id });
  }

  private async wanted(id: string, cancelAsked: boolean): Promise<void> {
    await this.database.dataSource.getRepository(FulfilmentOrderRecord).update({ id }, { cancelAsked });
  }

  /** Runs a write at the warehouse and keeps what it answers about the order. */
  private async seeing(write: (seen: Seen) => Promise<WriteOutcome>): Promise<WriteOutcome> {
    let last: Sighting | undefined;
    const outcome = await write((sighting) => (last = sighting));
    if (last) await this.keep(last);
    return outcome;
  }

  private async keep(sighting: Sighting): Promise<void> {
    const unit = new UnitOfWork();
    unit.add(sightings, sighting);
    await this.groupCommit.commit(unit);
  }

  private verified(message: RawBody): WmsFact | WmsReturnFact {
    let content: unknown;
    try {
      content = this.wms.verify(message);
    } catch (error) {
      if (error instanceof WebhookVerificationError) {
        throw new Problem(problems.invalidSignature, { detail: error.message });
      }
      throw new Problem(problems.malformedBody, { detail: 'The body is not JSON.' });
    }
    const fact = readFact(content) ?? readReturnFact(content);
    if (fact) return fact;
    const webhookId = message.headers['webhook-id'];
    logger.error({ webhookId }, 'a signed message of the warehouse is not a fact we can read');
    throw new Problem(problems.malformedBody, { detail: 'The body is not a fact about a fulfilment order.' });
  }
}

function isKnown(
  record: FulfilmentOrderRecord | null,
): record is FulfilmentOrderRecord & { state: NonNullable<FulfilmentOrderRecord['state']> } {
  return record !== null && record.state !== null;
}
