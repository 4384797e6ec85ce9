// Who buys and where it goes: customer, contact and address as every layer speaks of them.
import { Choice, Flag, JsonMap, Many, One, Shape, Text, Timestamp } from '../field.js';

@Shape('Age of data that comes from a system of record.')
export class Freshness {
  @Text({ doc: 'System of record.', example: 'salesforce' })
  source: string;

  @Timestamp({ doc: 'Moment at which the source said so.', example: '2026-11-23T09:00:00Z' })
  asOf: string;

  @Flag({ doc: 'True when the source is late or down and older data is shown.', example: false })
  stale: boolean;

  @Text({ doc: 'Why it is stale.', optional: true, max: 500 })
  reason?: string;

  @Timestamp({ doc: 'When the source is asked again.', optional: true })
  nextCheckAt?: string;
}

@Shape('A postal address.')
export class Address {
  @Text({ doc: 'Recipient.', example: 'Ada Lovelace' })
  name: string;

  @Text({ doc: 'Street and number.', example: 'Chestnut Street 92' })
  line1: string;

  @Text({ doc: 'Apartment, floor, company.', optional: true })
  line2?: string;

  @Text({ doc: 'City.', example: 'Louisville' })
  city: string;

  @Text({ doc: 'Postal code.', max: 20, example: '40202' })
  postalCode: string;

  @Text({ doc: 'Subdivision, ISO 3166-2 without the country.', optional: true, max: 10, example: 'KY' })
  region?: string;

  @Text({ doc: 'Country, ISO 3166-1 alpha-2.', pattern: /^[A-Z]{2}$/, min: 2, max: 2, example: 'US' })
  country: string;

  @Text({ doc: 'Telephone.', optional: true, max: 40 })
  phone?: string;
}

@Shape('Who placed an order: a known customer, or a guest by contact.')
export class OrderCustomer {
  @Text({ doc: 'Customer id; absent for a guest.', optional: true, max: 60, example: 'CUS-0001' })
  customerId?: string;

  @Text({ doc: 'Name for a guest; taken from the profile for a customer.', optional: true, example: 'Ada Lovelace' })
  name?: string;

  @Text({ doc: 'E-mail for a guest; taken from the profile for a customer.', optional: true, format: 'email', max: 254,
    pattern: /^[^@\s]+@[^@\s]+$/, example: 'ada@example.com' })
  email?: string;
}

@Shape('A customer profile.')
export class Customer {
  @Text({ doc: 'Customer id.', max: 60, example: 'CUS-0001' })
  id: string;

  @Text({ doc: 'Full name.', example: 'Ada Lovelace' })
  name: string;

  @Text({ doc: 'E-mail.', optional: true, max: 254, example: 'ada@example.com' })
  email?: string;

  @Text({ doc: 'Telephone.', optional: true, max: 40 })
  phone?: string;

  @Choice(['standard', 'gold', 'platinum'], { doc: 'Tier.', example: 'standard' })
  tier: string;

  @Many(() => Address, { doc: 'Known addresses.', max: 20 })
  addresses: Address[];

  @Text({ doc: 'Record in the customer system, e.g. the Salesforce Account id.', optional: true })
  recordId?: string;

  @One(() => Freshness, { doc: 'Age of this profile.' })
  freshness: Freshness;
}

@Shape('One reference of another system.')
export class ExternalReference {
  @Text({ doc: 'System that owns the id.', max: 40, pattern: /^[a-z][a-z0-9-]*$/, example: 'shopify' })
  system: string;

  @Text({ doc: 'Its id there.', max: 100, example: '450789469' })
  id: string;
}

@Shape('A customer service case.')
export class Case {
  @Text({ doc: 'Case id.', max: 60 })
  id: string;

  @Text({ doc: 'Order or return it is about.', optional: true, max: 60 })
  subject?: string;

  @Choice(['open', 'escalated', 'resolved'], { doc: 'State.' })
  state: string;

  @Text({ doc: 'Why it was opened.', max: 255 })
  reason: string;

  @Text({ doc: 'Summary for the agent.', max: 4000, optional: true })
  summary?: string;

  @JsonMap({ doc: 'Evidence.', optional: true })
  evidence?: Record<string, unknown>;
}
