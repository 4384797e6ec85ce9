// Contract of process/marketplace: what was agreed with each partner, until when its orders are answered, what of our
// stock it may offer, and what has become of its orders.
import { Choice, Flag, Integer, Many, One, Shape, Text, Timestamp } from '../field.js';
import { ExternalReference, Freshness } from '../canonical/party.js';
import { OrderEvent } from './order-events.js';
import { defineApi, operation } from '../operation.js';
import { problems } from '../problem.js';

const PAGE_MAX = 500;
const UPDATES_MAX = 100;
export const ACCEPTANCE_OUTCOMES = ['pending', 'accepted', 'refused', 'acceptedLate'] as const;

@Shape('What was agreed with a partner.')
export class PartnerTerms {
  @Integer({ doc: 'Seconds in which an order is accepted or refused.', min: 1, max: 2_592_000, example: 86_400 })
  acceptSeconds: number;

  @Choice(['refuse', 'accept'], {
    doc: 'What becomes of an order that is not decided by then: refuse cancels it, accept takes it on.',
    example: 'refuse',
  })
  whenLate: string;

  @Integer({ doc: 'Share of what is available that it may offer, in percent.', max: 100, example: 100 })
  sharePercent: number;

  @Integer({ doc: 'Units of each product that are kept from it.', max: 1_000_000, example: 0 })
  bufferUnits: number;

  @Integer({ doc: 'Most units of a product it is told of.', optional: true, max: 1_000_000 })
  maxUnits?: number;
}

@Shape('Terms of a partner as they stand.')
export class PartnerTermsVersion {
  @Text({ doc: 'Partner: its consumer.', max: 100, example: 'partner-demo' })
  partner: string;

  @Integer({ doc: 'Version; 0: nothing was agreed, these are the terms of everybody.' })
  version: number;

  @One(() => PartnerTerms, { doc: 'Terms.' })
  terms: PartnerTerms;

  @Text({ doc: 'Who agreed to them.', optional: true, max: 100 })
  setBy?: string;

  @Timestamp({ doc: 'Since when they count.', optional: true })
  setAt?: string;
}

@Shape('Which partner.')
export class PartnerPath {
  @Text({ doc: 'Partner: its consumer.', max: 100, example: 'partner-demo' })
  partner: string;
}

@Shape('Which order of a partner.')
export class PartnerOrderPath {
  @Text({ doc: 'Order id.', max: 60, example: 'ord_0197c0de00007000800000000000000a' })
  orderId: string;
}

@Shape('Whether an order is taken on, and until when that is said.')
export class PartnerAcceptance {
  @Text({ doc: 'Order id.', max: 60 })
  orderId: string;

  @Choice(ACCEPTANCE_OUTCOMES, { doc: 'pending until the order is in the ERP, cancelled, or late.' })
  outcome: string;

  @Timestamp({ doc: 'Until when it is decided.' })
  acceptBy: string;

  @Timestamp({ doc: 'When it was decided.', optional: true })
  decidedAt?: string;
}

@Shape('What a partner has of the inventory feed.')
export class OfferQuery {
  @Text({ doc: '`token` of the last answer; absent: everything that may be offered.', optional: true, max: 200 })
  since?: string;

  @Integer({ doc: 'Products an answer.', optional: true, min: 1, max: PAGE_MAX, example: 200 })
  limit?: number;
}

@Shape('What may be offered of a product.')
export class PartnerOffer {
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' })
  sku: string;

  @Integer({ doc: 'Units the partner may offer, by its terms.' })
  quantity: number;

  @Flag({ doc: 'False: no longer sold, take it off.' })
  listed: boolean;
}

@Shape('The inventory feed, or what has changed in it.')
export class PartnerOffers {
  @Many(() => PartnerOffer, { doc: 'Products, as they are now.', max: PAGE_MAX })
  offers: PartnerOffer[];

  @Text({ doc: 'Send it as `since` the next time.', max: 200 })
  token: string;

  @Flag({ doc: 'True when there is more: ask again at once.' })
  more: boolean;

  @One(() => Freshness, { doc: 'Age of the figures.' })
  freshness: Freshness;
}

@Shape('Which updates of orders.')
export class PartnerUpdateQuery {
  @Integer({ doc: 'Position of the last update one has; 0: from the beginning. An older one replays.', optional: true,
    max: Number.MAX_SAFE_INTEGER, example: 0 })
  after?: number;

  @Integer({ doc: 'Most updates.', optional: true, min: 1, max: UPDATES_MAX, example: 50 })
  limit?: number;
}

@Shape('Something that became of an order of a partner.')
export class PartnerUpdate extends OrderEvent {
  @Text({ doc: 'Order id.', max: 60 })
  orderId: string;

  @One(() => ExternalReference, { doc: 'The partner\'s number of the order.', optional: true })
  externalReference?: ExternalReference;
}

@Shape('What became of the orders of a partner, oldest first.')
export class PartnerUpdates {
  @Many(() => PartnerUpdate, { doc: 'Updates.', max: UPDATES_MAX })
  updates: PartnerUpdate[];

  @Integer({ doc: 'Position to go on from.', max: Number.MAX_SAFE_INTEGER })
  position: number;

  @Flag({ doc: 'True when there is more: ask again at once.' })
  more: boolean;
}

export const marketplaceApi = defineApi({
  name: 'process/marketplace',
  version: 1,
  title: 'Marketplaces',
  description: 'Terms of partners, acceptance by deadline, the inventory feed and updates of orders.',
  operations: {
    getPartnerTerms: operation({
      method: 'GET', path: '/partners/{partner}/terms', summary: 'Read what was agreed with a partner',
      params: PartnerPath, answer: PartnerTermsVersion, scope: 'orders:read', rate: 'read', idempotency: 'safe',
    }),
    setPartnerTerms: operation({
      method: 'PUT', path: '/partners/{partner}/terms', summary: 'Agree on new terms with a partner',
      description: 'The same terms again are no new version. Orders keep the deadline they were taken with.',
      params: PartnerPath, body: PartnerTerms, answer: PartnerTermsVersion, scope: 'orders:operate', rate: 'status',
      idempotency: 'natural',
      example: { acceptSeconds: 86_400, whenLate: 'refuse', sharePercent: 100, bufferUnits: 0 },
    }),
    getAcceptance: operation({
      method: 'GET', path: '/orders/{orderId}/acceptance', summary: 'Read whether an order is taken on',
      params: PartnerOrderPath, answer: PartnerAcceptance, scope: 'orders:read', rate: 'read', idempotency: 'safe',
      problems: [problems.notFound],
    }),
    listOffers: operation({
      method: 'GET', path: '/offers', summary: 'Read the inventory feed of the calling partner',
      description: 'Without `since` a snapshot, afterwards what has changed in quantity or in being sold.',
      params: OfferQuery, answer: PartnerOffers, scope: 'inventory:read', rate: 'read', idempotency: 'safe',
    }),
    listUpdates: operation({
      method: 'GET', path: '/updates', summary: 'Read what became of the orders of the calling partner',
      params: PartnerUpdateQuery, answer: PartnerUpdates, scope: 'orders:read', rate: 'read', idempotency: 'safe',
    }),
  },
});
