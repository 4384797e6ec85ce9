// What a push says: the event as data for apps that find their own words, and a title and a line of text, by language,
// for those that show it as it comes.
import type { EventType } from '#contracts';

interface Facts {
  readonly orderNumber: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Words {
  readonly title: string;
  readonly body: (facts: Facts) => string;
}

/** Members of an event's data that a device is told; the rest is the house's business. */
const TOLD = ['shipmentId', 'carrier', 'trackingNumber', 'pickupId', 'locationId', 'promisedAt', 'collectBy'];
const LANGUAGE = 'en';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const day = (locale: string, value: unknown): string => (typeof value === 'string'
  ? new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(value)) : '');
const parcel = ({ data }: Facts): string => [text(data['carrier']), text(data['trackingNumber'])].join(' ').trim();

const english: Partial<Record<EventType, Words>> = {
  'order.accepted.v1': { title: 'Order confirmed', body: ({ orderNumber }) => `We prepare your order ${orderNumber}.` },
  'order.backordered.v1': {
    title: 'Part of it comes later',
    body: ({ orderNumber, data }) => `Items of ${orderNumber} are expected by ${day('en-GB', data['promisedAt'])
      || 'a later date'}.`,
  },
  'order.repromised.v1': {
    title: 'New delivery date',
    body: ({ orderNumber, data }) => `Items of ${orderNumber} are now expected by ${day('en-GB', data['promisedAt'])}.`,
  },
  'order.units-cancelled.v1': {
    title: 'Items cancelled', body: ({ orderNumber }) => `Items of ${orderNumber} are cancelled and not charged.`,
  },
  'shipment.dispatched.v1': {
    title: 'On its way', body: (facts) => `A parcel of ${facts.orderNumber} has left. ${parcel(facts)}`.trim(),
  },
  'shipment.delivered.v1': {
    title: 'Delivered', body: ({ orderNumber }) => `A parcel of ${orderNumber} has arrived.`,
  },
  'pickup.ready.v1': {
    title: 'Ready to be collected',
    body: ({ orderNumber, data }) => `${orderNumber} is kept until ${day('en-GB', data['collectBy'])}.`,
  },
  'pickup.reminded.v1': {
    title: 'Your order is waiting',
    body: ({ orderNumber, data }) => `${orderNumber} is kept until ${day('en-GB', data['collectBy'])}.`,
  },
  'pickup.expired.v1': { title: 'Not collected', body: ({ orderNumber }) => `${orderNumber} was not collected.` },
  'order.cancelled.v1': { title: 'Order cancelled', body: ({ orderNumber }) => `${orderNumber} is cancelled.` },
  'refund.posted.v1': { title: 'Refunded', body: ({ orderNumber }) => `Money for ${orderNumber} is on its way back.` },
};

const german: typeof english = {
  'order.accepted.v1': {
    title: 'Bestellung bestätigt', body: ({ orderNumber }) => `Wir bereiten Ihre Bestellung ${orderNumber} vor.`,
  },
  'order.backordered.v1': {
    title: 'Ein Teil kommt später',
    body: ({ orderNumber, data }) => `Artikel aus ${orderNumber} erwarten wir ${data['promisedAt']
      ? `bis zum ${day('de-DE', data['promisedAt'])}` : 'später'}.`,
  },
  'order.repromised.v1': {
    title: 'Neuer Liefertermin',
    body: ({ orderNumber, data }) => `Artikel aus ${orderNumber} erwarten wir nun bis zum ${
      day('de-DE', data['promisedAt'])}.`,
  },
  'order.units-cancelled.v1': {
    title: 'Artikel storniert',
    body: ({ orderNumber }) => `Artikel aus ${orderNumber} sind storniert und werden nicht berechnet.`,
  },
  'shipment.dispatched.v1': {
    title: 'Unterwegs', body: (facts) => `Ein Paket zu ${facts.orderNumber} ist unterwegs. ${parcel(facts)}`.trim(),
  },
  'shipment.delivered.v1': {
    title: 'Zugestellt', body: ({ orderNumber }) => `Ein Paket zu ${orderNumber} ist angekommen.`,
  },
  'pickup.ready.v1': {
    title: 'Bereit zur Abholung',
    body: ({ orderNumber, data }) => `${orderNumber} liegt bis zum ${day('de-DE', data['collectBy'])} bereit.`,
  },
  'pickup.reminded.v1': {
    title: 'Ihre Bestellung wartet',
    body: ({ orderNumber, data }) => `${orderNumber} liegt bis zum ${day('de-DE', data['collectBy'])} bereit.`,
  },
  'pickup.expired.v1': { title: 'Nicht abgeholt', body: ({ orderNumber }) => `${orderNumber} wurde nicht abgeholt.` },
  'order.cancelled.v1': { title: 'Bestellung storniert', body: ({ orderNumber }) => `${orderNumber} ist storniert.` },
  'refund.posted.v1': {
    title: 'Erstattet', body: ({ orderNumber }) => `Geld zu ${orderNumber} ist auf dem Weg zu Ihnen.`,
  },
};

const LANGUAGES: Readonly<Record<string, typeof english>> = { en: english, de: german };

/** Types a device is told of. */
export const PUSHED_TYPES = Object.keys(english) as EventType[];

export interface PushedEvent {
  readonly id: string;
  readonly position: number;
  readonly type: string;
  readonly time: string;
  readonly data: unknown;
}

/** The payload of a push about an order. */
export function pushOf(
  event: PushedEvent, { orderId, orderNumber, language }: { orderId: string; orderNumber: string; language: string },
): Record<string, unknown> {
  const data = event.data as Readonly<Record<string, unknown>>;
  const words = (LANGUAGES[language] ?? LANGUAGES[LANGUAGE]!)[event.type as EventType]!;
  const told = TOLD.filter((name) => data[name] !== undefined).map((name) => [name, data[name]]);
  return {
    id: event.id, type: event.type, position: event.position, at: event.time, orderId, orderNumber,
    title: words.title, body: words.body({ orderNumber, data }), ...Object.fromEntries(told),
  };
}
