// What partners and those who agree with them ask: terms, whether an order is taken on, the feed, and the updates.
import { Controller } from '@nestjs/common';
import {
  marketplaceApi, Problem, problems, type CallContext, type InputOf, type PartnerAcceptance, type PartnerOffers,
  type PartnerTermsVersion, type PartnerUpdates,
} from '#contracts';
import { Database } from '#database';
import { Implements } from '#governance';
import { AcceptanceRecord } from './marketplace.entity.js';
import { OfferFeed } from './offer-feed.command.js';
import { TermsReader } from './terms.reader.js';
import { UpdateReader } from './update.reader.js';

const { operations } = marketplaceApi;

@Controller()
export class MarketplaceController {
  constructor(
    private readonly database: Database, private readonly terms: TermsReader, private readonly feed: OfferFeed,
    private readonly updates: UpdateReader,
  ) {}

  @Implements(operations.getPartnerTerms)
  getPartnerTerms({ params }: InputOf<typeof operations.getPartnerTerms>): Promise<PartnerTermsVersion> {
    return this.terms.current(params.partner);
  }

  @Implements(operations.setPartnerTerms)
  setPartnerTerms(
    { params, body }: InputOf<typeof operations.setPartnerTerms>, call: CallContext,
  ): Promise<PartnerTermsVersion> {
    return this.terms.agree(params.partner, body, call.consumer);
  }

  @Implements(operations.getAcceptance)
  async getAcceptance({ params }: InputOf<typeof operations.getAcceptance>): Promise<PartnerAcceptance> {
    const { orderId } = params;
    const record = await this.database.dataSource.getRepository(AcceptanceRecord).findOneBy({ orderId });
    if (!record) throw new Problem(problems.notFound, { detail: `Order ${orderId} awaits nobody's acceptance.` });
    const { outcome, acceptBy, decidedAt } = record;
    return {
      orderId, outcome: outcome ?? 'pending', acceptBy: acceptBy.toISOString(),
      ...(decidedAt ? { decidedAt: decidedAt.toISOString() } : {}),
    };
  }

  @Implements(operations.listOffers)
  listOffers({ params }: InputOf<typeof operations.listOffers>, call: CallContext): Promise<PartnerOffers> {
    return this.feed.read(call.consumer, params, call);
  }

  @Implements(operations.listUpdates)
  listUpdates({ params }: InputOf<typeof operations.listUpdates>, call: CallContext): Promise<PartnerUpdates> {
    return this.updates.read(params.after ?? 0, params.limit, call);
  }
}
