// What a repair policy says, as data: which kinds of differences are repaired by rule and which wait for a person, how
// long facts may be in flight, when money has to be paid out and what the provider may keep for it.

export interface RepairDocument {
  /** By kind; a kind that is not named waits for a person. */
  readonly rules: Readonly<Record<string, 'repair' | 'task'>>;
  /** Repairs of one difference after which a person is asked, because it keeps coming back. */
  readonly repairsMax: number;
  /** What changed later than this before a comparison is in flight and not judged. */
  readonly quiescenceSeconds: number;
  /** Units by which stock is corrected without a person. */
  readonly stockToleranceUnits: number;
  readonly payoutDays: number;
  /** Fee agreed with the provider: percent of the gross, and a fixed part in minor units by currency. */
  readonly fee: {
    readonly percent: string; readonly fixed: Readonly<Record<string, number>>; readonly toleranceMinor: number;
  };
  readonly tasks: { readonly owner: string; readonly dueSeconds: number };
  /** Minutes that a decision is taken to cost when nobody says. */
  readonly effort: { readonly minutesPerTouch: number };
}

const count = (maximum: number): object => ({ type: 'integer', minimum: 0, maximum });
const record = (properties: Readonly<Record<string, object>>): object =>
  ({ type: 'object', additionalProperties: false, required: Object.keys(properties), properties });

export const repairSchema = record({
  rules: { type: 'object', additionalProperties: { type: 'string', enum: ['repair', 'task'] } },
  repairsMax: count(10), quiescenceSeconds: count(604_800), stockToleranceUnits: count(1_000_000),
  payoutDays: count(90),
  fee: record({
    percent: { type: 'string', pattern: '^\\d{1,2}(\\.\\d{1,4})?$' },
    fixed: { type: 'object', additionalProperties: count(1_000_000) }, toleranceMinor: count(1_000_000),
  }),
  tasks: record({ owner: { type: 'string', minLength: 1, maxLength: 60 }, dueSeconds: count(31_536_000) }),
  effort: record({ minutesPerTouch: count(10_000) }),
});

const DAY_SECONDS = 86_400;

export const firstRepairDocument: RepairDocument = {
  rules: {
    missingInErp: 'repair', duplicateInErp: 'repair', aliveInErpCancelledHere: 'repair', missingInSalesforce: 'repair',
    staleInSalesforce: 'repair', amountDiffersInSalesforce: 'repair', heldAfterTheEnd: 'repair',
    reservedWithoutOrder: 'repair', orphanInErp: 'task', warehouseStockDiffers: 'task',
  },
  repairsMax: 2, quiescenceSeconds: 300, stockToleranceUnits: 5, payoutDays: 4,
  fee: {
    percent: '1.4', fixed: { EUR: 25, USD: 25, GBP: 20, JPY: 0 }, toleranceMinor: 5,
  },
  tasks: { owner: 'finance', dueSeconds: DAY_SECONDS },
  effort: { minutesPerTouch: 6 },
};
