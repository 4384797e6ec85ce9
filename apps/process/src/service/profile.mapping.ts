// A customer fact by fact, each with the system that says so and its age: pure functions.
import type { Customer, CustomerProfile, Freshness, Order, ProfileField, Return, ServiceCase } from '#contracts';

const OURS = 'throughline';
const VALUE_MAX = 500;

type Age = Omit<ProfileField, 'name' | 'value'>;

export interface ProfileParts {
  readonly profile: CustomerProfile;
  readonly orders: readonly Order[];
  readonly openReturns: readonly Return[];
  readonly openCases: readonly ServiceCase[];
  readonly now: string;
}

/** What the customer system says first; while it says nothing, the latest order stands in, and says so. */
export function toProfileFields({ profile, orders, openReturns, openCases, now }: ProfileParts): ProfileField[] {
  const { customer, freshness } = profile;
  const latest = orders[0];
  const ours: Age = { source: OURS, asOf: now, stale: false };
  return [
    ...(customer ? ofCustomer(customer, ageOf(freshness)) : ofLatestOrder(latest, freshness)),
    ...fields(ours, {
      lastOrderNumber: latest?.orderNumber, lastOrderStatus: latest?.status, lastOrderAt: latest?.placedAt,
      openOrders: String(orders.filter(({ status }) => !['completed', 'cancelled'].includes(status)).length),
      openReturns: String(openReturns.length), openCases: String(openCases.length),
    }),
  ];
}

function ofCustomer({ name, email, phone, tier, recordId, addresses }: Customer, age: Age): ProfileField[] {
  return fields(age, {
    name, email, phone, tier, accountId: recordId,
    ...Object.fromEntries(addresses.map(({ line1, line2, postalCode, city, region, country }, index) => [
      `address${index + 1}`, [line1, line2, postalCode, city, region, country].filter(Boolean).join(', '),
    ])),
  });
}

function ofLatestOrder(order: Order | undefined, { reason, nextCheckAt }: Freshness): ProfileField[] {
  if (!order) return [];
  const age: Age = {
    source: OURS, asOf: order.placedAt, stale: true, reason: reason ?? 'The customer system does not answer.',
    ...(nextCheckAt ? { nextCheckAt } : {}),
  };
  return fields(age, { name: order.customer.name, email: order.customer.email });
}

function ageOf({ source, asOf, stale, reason, nextCheckAt }: Freshness): Age {
  return { source, asOf, stale, ...(reason ? { reason } : {}), ...(nextCheckAt ? { nextCheckAt } : {}) };
}

function fields(age: Age, values: Readonly<Record<string, string | undefined>>): ProfileField[] {
  return Object.entries(values).flatMap(([name, value]) =>
    (value === undefined || value === '' ? [] : [{ name, value: value.slice(0, VALUE_MAX), ...age }]));
}
