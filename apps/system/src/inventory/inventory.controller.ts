// system/inventory as its callers meet it: commands go to the one writer of stock, reads to the readers.
import { Controller } from '@nestjs/common';
import {
  inventoryApi, Problem, problems, problemType, type Availability, type CallContext, type InputOf,
  type InvariantReport, type ProblemDetails, type Reservation, type StockFactResult, type StockFactResults,
  type StockPosition, type Supply,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { Implements } from '#governance';
import { AvailabilityReader } from './availability.reader.js';
import { InvariantsReader } from './invariants.reader.js';
import { ReservationRecord } from './inventory.entity.js';
import { originOf, toReservation } from './inventory.mapping.js';
import type { StockOutcome } from './stock-book.policy.js';
import {
  toAdjust, toConsume, toFactRow, toReceive, toReleaseLines, toReserve, toTransfer, type StockCommand,
} from './stock-command.mapping.js';
import { stockWriter } from './stock.writer.js';

const { operations } = inventoryApi;
/** Facts of one feed that are booked in one commit. */
const FACTS_PER_COMMIT_MAX = 500;
/** Tries of a command whose new reservation id another process writes at the same moment. */
const DUPLICATE_TRIES_MAX = 3;
const UNIQUE_VIOLATION = '23505';

@Controller()
export class InventoryController {
  constructor(
    private readonly database: Database, private readonly groupCommit: GroupCommit,
    private readonly reader: AvailabilityReader, private readonly invariants: InvariantsReader,
  ) {}

  @Implements(operations.getAvailability)
  getAvailability({ params }: InputOf<typeof operations.getAvailability>, _call: CallContext): Promise<Availability> {
    return this.reader.availability(params);
  }

  @Implements(operations.reserveStock)
  reserveStock({ body }: InputOf<typeof operations.reserveStock>, call: CallContext): Promise<Reservation> {
    return this.apply<Reservation>(toReserve(body, call));
  }

  @Implements(operations.getReservation)
  async getReservation(
    { params }: InputOf<typeof operations.getReservation>, _call: CallContext,
  ): Promise<Reservation> {
    const { reservationId } = params;
    const record = await this.database.dataSource.getRepository(ReservationRecord)
      .findOne({ where: { id: reservationId }, relations: { lines: true } });
    if (record === null) throw new Problem(problems.notFound, { detail: `There is no reservation ${reservationId}` });
    return toReservation(record);
  }

  @Implements(operations.confirmReservation)
  confirmReservation(
    { params }: InputOf<typeof operations.confirmReservation>, call: CallContext,
  ): Promise<Reservation> {
    return this.apply<Reservation>({ kind: 'confirm', ...params, origin: originOf(call) });
  }

  @Implements(operations.extendReservation)
  extendReservation(
    { params, body }: InputOf<typeof operations.extendReservation>, call: CallContext,
  ): Promise<Reservation> {
    const { holdSeconds } = body;
    return this.apply<Reservation>({ kind: 'extend', ...params, holdSeconds, origin: originOf(call) });
  }

  @Implements(operations.releaseReservation)
  releaseReservation(
    { params, body }: InputOf<typeof operations.releaseReservation>, call: CallContext,
  ): Promise<Reservation> {
    return this.apply<Reservation>({ kind: 'release', ...params, reason: body.reason, origin: originOf(call) });
  }

  @Implements(operations.releaseReservationLines)
  releaseReservationLines(
    { params, body }: InputOf<typeof operations.releaseReservationLines>, call: CallContext,
  ): Promise<Reservation> {
    return this.apply<Reservation>(toReleaseLines(params.reservationId, body, call));
  }

  @Implements(operations.transferReservation)
  transferReservation(
    { params, body }: InputOf<typeof operations.transferReservation>, call: CallContext,
  ): Promise<Reservation> {
    if (body.owner === undefined && (body.lines ?? []).length === 0) {
      const errors = [{ pointer: '/lines', detail: 'or an owner is expected' }];
      throw new Problem(problems.invalidRequest, { detail: 'Say what moves', errors });
    }
    return this.apply<Reservation>(toTransfer(params.reservationId, body, call));
  }

  @Implements(operations.consumeReservation)
  consumeReservation(
    { params, body }: InputOf<typeof operations.consumeReservation>, call: CallContext,
  ): Promise<Reservation> {
    return this.apply<Reservation>(toConsume(params.reservationId, body, call));
  }

  @Implements(operations.adjustStock)
  adjustStock({ body }: InputOf<typeof operations.adjustStock>, call: CallContext): Promise<StockPosition> {
    return this.apply<StockPosition>(toAdjust(body, call));
  }

  /** Rows are committed part by part, so that a long feed never keeps others from their stock. */
  @Implements(operations.recordStockFacts)
  async recordStockFacts(
    { body }: InputOf<typeof operations.recordStockFacts>, call: CallContext,
  ): Promise<StockFactResults> {
    const results: StockFactResult[] = [];
    for (let first = 0; first < body.facts.length; first += FACTS_PER_COMMIT_MAX) {
      const rows = body.facts.slice(first, first + FACTS_PER_COMMIT_MAX).map(toFactRow);
      results.push(...await this.apply<StockFactResult[]>({ kind: 'facts', rows, origin: originOf(call) }));
    }
    const count = (...outcomes: string[]): number =>
      results.filter(({ outcome }) => outcomes.includes(outcome)).length;
    return { booked: count('applied', 'contained'), rejected: count('rejected'), results };
  }

  @Implements(operations.setSupply)
  setSupply({ params, body }: InputOf<typeof operations.setSupply>, call: CallContext): Promise<Supply> {
    if (body.kind === 'transfer' && body.fromLocationId === undefined) {
      const errors = [{ pointer: '/fromLocationId', detail: 'is expected of a transfer' }];
      throw new Problem(problems.invalidRequest, { detail: 'Say where the transfer comes from', errors });
    }
    return this.apply<Supply>({ kind: 'setSupply', ...params, stated: body, origin: originOf(call) });
  }

  @Implements(operations.receiveSupply)
  receiveSupply({ params, body }: InputOf<typeof operations.receiveSupply>, call: CallContext): Promise<Supply> {
    return this.apply<Supply>(toReceive(params.supplyId, body, call));
  }

  @Implements(operations.cancelSupply)
  cancelSupply({ params, body }: InputOf<typeof operations.cancelSupply>, call: CallContext): Promise<Supply> {
    return this.apply<Supply>({ kind: 'cancelSupply', ...params, ...body, origin: originOf(call) });
  }

  @Implements(operations.checkInvariants)
  checkInvariants(_input: object, _call: CallContext): Promise<InvariantReport> {
    return this.invariants.check();
  }

  /** Commits one command together with those of other callers; a refusal becomes the problem it names. */
  private async apply<T extends StockOutcome>(command: StockCommand): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        const unit = new UnitOfWork();
        const entry = unit.add(stockWriter, command);
        const result = await this.groupCommit.commit(unit);
        if (result.committed) return result.outcome(entry) as T;
        const { reason, detail } = result.rejected;
        throw new Problem(problemType(reason) ?? problems.stateConflict, detail as ProblemDetails);
      } catch (error) {
        const duplicate = (error as { code?: unknown }).code === UNIQUE_VIOLATION;
        if (!duplicate || tries === DUPLICATE_TRIES_MAX) throw error;
      }
    }
  }
}
