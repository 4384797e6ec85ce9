// The rest of system/inventory: lists of what the ledger keeps, and the rules of locations, channels and bundles.
import { Controller } from '@nestjs/common';
import {
  inventoryApi, type Bundle, type BundleList, type CallContext, type ChannelThreshold, type ChannelThresholdList,
  type InputOf, type Location, type LocationList, type MovementPage, type PositionPage, type ReservationFiguresPage,
  type SafetyStockChange, type StockFiguresPage,  type SupplyList,
} from '#contracts';
import { Database } from '#database';
import { Implements } from '#governance';
import { LocationRecord } from './inventory.entity.js';
import { toLocation } from './inventory.mapping.js';
import { reservationFigures, stockFigures } from './stock-figures.reader.js';
import { StockListing } from './stock-listing.reader.js';
import { StockPolicies } from './stock-policies.command.js';

const { operations } = inventoryApi;
const LOCATIONS_MAX = 500;

@Controller()
export class StockPolicyController {
  constructor(
    private readonly database: Database, private readonly listing: StockListing,
    private readonly policies: StockPolicies,
  ) {}

  @Implements(operations.listLocations)
  async listLocations(_input: object, _call: CallContext): Promise<LocationList> {
    const records = await this.database.dataSource.getRepository(LocationRecord)
      .find({ order: { kind: 'DESC', id: 'ASC' }, take: LOCATIONS_MAX });
    return { locations: records.map(toLocation) };
  }

  @Implements(operations.listPositions)
  listPositions({ params }: InputOf<typeof operations.listPositions>, _call: CallContext): Promise<PositionPage> {
    return this.listing.positions(params);
  }

  @Implements(operations.listStockFigures)
  listStockFigures(
    { params }: InputOf<typeof operations.listStockFigures>, _call: CallContext,
  ): Promise<StockFiguresPage> {
    return stockFigures(this.database, params);
  }

  @Implements(operations.listReservationFigures)
  listReservationFigures(
    { params }: InputOf<typeof operations.listReservationFigures>, _call: CallContext,
  ): Promise<ReservationFiguresPage> {
    return reservationFigures(this.database, params);
  }

  @Implements(operations.listMovements)
  listMovements({ params }: InputOf<typeof operations.listMovements>, _call: CallContext): Promise<MovementPage> {
    return this.listing.movements(params);
  }

  @Implements(operations.listSupply)
  listSupply({ params }: InputOf<typeof operations.listSupply>, _call: CallContext): Promise<SupplyList> {
    return this.listing.supply(params);
  }

  @Implements(operations.setLocationPolicy)
  setLocationPolicy(
    { params, body }: InputOf<typeof operations.setLocationPolicy>, call: CallContext,
  ): Promise<Location> {
    return this.policies.setLocation(params.locationId, body, call);
  }

  @Implements(operations.setSafetyStock)
  setSafetyStock(
    { params, body }: InputOf<typeof operations.setSafetyStock>, call: CallContext,
  ): Promise<SafetyStockChange> {
    return this.policies.setSafetyStock(params.locationId, body, call);
  }

  @Implements(operations.setChannelThreshold)
  setChannelThreshold(
    { params, body }: InputOf<typeof operations.setChannelThreshold>, call: CallContext,
  ): Promise<ChannelThreshold> {
    return this.policies.setThreshold(params.channel, body, call);
  }

  @Implements(operations.listChannelThresholds)
  async listChannelThresholds(_input: object, _call: CallContext): Promise<ChannelThresholdList> {
    return { thresholds: await this.listing.thresholds() };
  }

  @Implements(operations.putBundle)
  putBundle({ params, body }: InputOf<typeof operations.putBundle>, call: CallContext): Promise<Bundle> {
    return this.policies.putBundle(params.bundleSku, body, call);
  }

  @Implements(operations.listBundles)
  async listBundles({ params }: InputOf<typeof operations.listBundles>, _call: CallContext): Promise<BundleList> {
    return { bundles: await this.listing.bundles(params) };
  }
}
