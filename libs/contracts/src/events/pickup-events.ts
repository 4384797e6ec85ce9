// Events of pickups: what the people of a store and the customer have done, and what the house has told or decided.
// Their partition key is the order.
import { Integer, Shape, Text, Texts, Timestamp } from '../field.js';
import { event } from './event-spec.js';
import { FulfilmentFact } from './shipment-events.js';

const SINCE = '0.2.0';

@Shape('A pickup that waits for its customer.')
class PickupReady extends FulfilmentFact {
  @Timestamp({ doc: 'Until when it waits.' }) collectBy: string;
}

@Shape('A pickup the customer has taken along.')
class PickupCollected extends FulfilmentFact {
  @Text({ doc: 'Shipment id.', max: 60 }) shipmentId: string;
}

@Shape('A pickup nobody came for; no unit has left.')
class PickupExpired extends FulfilmentFact {
  @Text({ doc: 'Why.', max: 200 }) reason: string;
}

@Shape('A pickup.')
class PickupReference {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' }) orderId: string;
  @Text({ doc: 'Pickup: the id of its fulfilment order.', max: 60 }) pickupId: string;
  @Text({ doc: 'Store.', max: 40, example: 'ST-001' }) locationId: string;
}

@Shape('A pickup that is not ready in time.')
class PickupDelayed extends PickupReference {
  @Timestamp({ doc: 'When it was promised.' }) readyBy: string;
}

@Shape('A customer who is reminded.')
class PickupReminded extends PickupReference {
  @Integer({ doc: 'Which reminder, from 1.', min: 1 }) reminder: number;
  @Timestamp({ doc: 'Until when it waits.' }) collectBy: string;
}

@Shape('A pickup that is kept longer.')
class PickupExtended extends PickupReference {
  @Timestamp({ doc: 'Until when it waits now.' }) collectBy: string;
}

@Shape('A pickup that is shipped instead.')
class PickupConverted extends PickupReference {
  @Texts({ doc: 'Lines.', max: 200, maxLength: 60 }) lineIds: string[];
}

export const pickupEvents = {
  'pickup.ready.v1': event({
    title: 'Ready to be collected', since: SINCE, partitionKey: 'orderId', data: PickupReady,
    doc: 'The store has everything ready; the customer may come.',
  }),
  'pickup.collected.v1': event({
    title: 'Collected', since: SINCE, partitionKey: 'orderId', data: PickupCollected,
    doc: 'The customer has taken the units along, after a proof.',
  }),
  'pickup.expired.v1': event({
    title: 'Not collected', since: SINCE, partitionKey: 'orderId', data: PickupExpired,
    doc: 'Nobody came in time; the store has put the units back.',
  }),
  'pickup.delayed.v1': event({
    title: 'Pickup delayed', since: SINCE, partitionKey: 'orderId', data: PickupDelayed,
    doc: 'The promised time has passed and the store has not said that it is ready.',
  }),
  'pickup.reminded.v1': event({
    title: 'Customer reminded', since: SINCE, partitionKey: 'orderId', data: PickupReminded,
    doc: 'A ready pickup still waits; its customer is reminded.',
  }),
  'pickup.extended.v1': event({
    title: 'Pickup extended', since: SINCE, partitionKey: 'orderId', data: PickupExtended,
    doc: 'The store keeps a ready pickup longer, because the customer or an associate asked for it.',
  }),
  'pickup.converted.v1': event({
    title: 'Pickup shipped instead', since: SINCE, partitionKey: 'orderId', data: PickupConverted,
    doc: 'The customer does not come; the store ships the units instead.',
  }),
};
