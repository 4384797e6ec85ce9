// What a sourcing policy says, as data: who may serve whom, what it costs, when an order may be split and what a
// rejection means. The JSON Schema is the gate for every new version; version 1 is seeded with the tables.

/** How far and dear it is from a location to a region. */
export interface Lane {
  readonly km: number;
  readonly days: number;
  /** Cost of a parcel, in points of the objective. */
  readonly cost: number;
}

export interface SourcingDocument {
  /** Warehouses that serve a region. */
  readonly regions: Readonly<Record<string, readonly string[]>>;
  readonly promiseDays: number;
  readonly eligibility: {
    readonly closed: readonly string[];
    /** Parcels a day; a location that is not named has no limit. */
    readonly capacityPerDay: Readonly<Record<string, number>>;
    /** Channels and brands that a location serves; all when it is not named. */
    readonly channels: Readonly<Record<string, readonly string[]>>;
    readonly brands: Readonly<Record<string, readonly string[]>>;
    /** Whether stores that opted in may ship an order that did not ask for a store. */
    readonly shipFromStore: boolean;
  };
  /** Units a location keeps back from orders of other places, besides its safety stock. */
  readonly brokeringSafety: { readonly default: number; readonly byLocation: Readonly<Record<string, number>> };
  readonly lanes: Readonly<Record<string, Readonly<Record<string, Lane>>>>;
  readonly defaultLane: Lane;
  /** Points of the objective: a plan with fewer is better. */
  readonly weights: {
    readonly parcel: number; readonly km: number; readonly day: number; readonly cost: number; readonly load: number;
  };
  readonly split: {
    readonly allowed: boolean;
    /** Whether units of one line may come from several locations. */
    readonly divideLines: boolean;
    readonly maxParcels: number;
    /** Least value of each parcel of a split order, by currency, in minor units. */
    readonly minimumParcelValue: Readonly<Record<string, number>>;
  };
}

const words = { type: 'array', items: { type: 'string', minLength: 1 }, maxItems: 500 } as const;
const number = { type: 'number', minimum: 0, maximum: 1_000_000_000 } as const;
const count = { type: 'integer', minimum: 0, maximum: 1_000_000_000 } as const;
const flag = { type: 'boolean' } as const;
const mapOf = (values: object): object => ({ type: 'object', additionalProperties: values });
const record = (properties: Readonly<Record<string, object>>): object =>
  ({ type: 'object', additionalProperties: false, required: Object.keys(properties), properties });
const lane = record({ km: number, days: number, cost: number });

export const sourcingSchema = record({
  regions: { type: 'object', minProperties: 1, additionalProperties: { ...words, minItems: 1 } },
  promiseDays: { type: 'integer', minimum: 0, maximum: 365 },
  eligibility: record({
    closed: words, capacityPerDay: mapOf(count), channels: mapOf(words), brands: mapOf(words), shipFromStore: flag,
  }),
  brokeringSafety: record({ default: count, byLocation: mapOf(count) }),
  lanes: mapOf(mapOf(lane)),
  defaultLane: lane,
  weights: record({ parcel: number, km: number, day: number, cost: number, load: number }),
  split: record({
    allowed: flag, divideLines: flag, maxParcels: { type: 'integer', minimum: 1, maximum: 5 },
    minimumParcelValue: mapOf(count),
  }),
});

/** Version 1: the nearest warehouse that has it all, else as few parcels as possible; stores ship when asked to. */
export const firstSourcingDocument: SourcingDocument = {
  regions: {
    EU: ['WH-EU', 'WH-EAST', 'WH-WEST'],
    US: ['WH-EAST', 'WH-WEST', 'WH-EU'],
    JP: ['WH-WEST', 'WH-EAST', 'WH-EU'],
  },
  promiseDays: 4,
  eligibility: { closed: [], capacityPerDay: {}, channels: {}, brands: {}, shipFromStore: false },
  brokeringSafety: { default: 0, byLocation: {} },
  lanes: {
    EU: {
      'WH-EU': { km: 400, days: 2, cost: 5 }, 'WH-EAST': { km: 7_200, days: 6, cost: 30 },
      'WH-WEST': { km: 9_100, days: 7, cost: 36 },
    },
    US: {
      'WH-EAST': { km: 900, days: 3, cost: 8 }, 'WH-WEST': { km: 2_800, days: 4, cost: 12 },
      'WH-EU': { km: 7_500, days: 7, cost: 32 },
    },
    JP: {
      'WH-WEST': { km: 8_300, days: 6, cost: 34 }, 'WH-EAST': { km: 10_900, days: 7, cost: 38 },
      'WH-EU': { km: 9_000, days: 8, cost: 40 },
    },
  },
  defaultLane: { km: 600, days: 3, cost: 9 },
  weights: { parcel: 100_000, km: 1, day: 100, cost: 10, load: 0 },
  split: { allowed: true, divideLines: true, maxParcels: 3, minimumParcelValue: {} },
};
