// system/inventory as its callers meet it: commands go to the one writer of stock, reads to the readers.
import { Controller } from '@nestjs/common';
import {
  inventoryApi, Problem, problems, problemType, type Availability, type CallContext, type InputOf,
  type InvariantReport, type LocationList, type MovementPage, type ProblemDetails, type Reservation, type StockPosition,
} from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { Implements } from '#governance';
import { AvailabilityReader } from './availability.reader.js';
import { InvariantsReader } from './invariants.reader.js';
import { LocationRecord, MovementRecord, ReservationRecord } from './inventory.entity.js';
import {
  originOf, toAdjust, toConsume, toLocation, toReservation, toReserve, toStockMovement, type StockCommand,
} from './inventory.mapping.js';
import type { StockOutcome } from './stock-book.policy.js';
import { stockWriter } from './stock.writer.js';

const { operations } = inventoryApi;
const LOCATIONS_MAX = 500;
const MOVEMENTS_PER_PAGE = 50;
/** Tries of a command whose new reservation id another process writes at the same moment. */
const DUPLICATE_TRIES_MAX = 3;
const UNIQUE_VIOLATION = '23505';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

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

  @Implements(operations.listLocations)
  async listLocations(_input: object, _call: CallContext): Promise<LocationList> {
    const records = await this.database.dataSource.getRepository(LocationRecord)
      .find({ order: { kind: 'DESC', id: 'ASC' }, take: LOCATIONS_MAX });
    return { locations: records.map(toLocation) };
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

  @Implements(operations.listMovements)
  async listMovements(
    { params }: InputOf<typeof operations.listMovements>, _call: CallContext,
  ): Promise<MovementPage> {
    const limit = params.limit ?? MOVEMENTS_PER_PAGE;
    const before = params.cursor === undefined ? undefined : Buffer.from(params.cursor, 'base64url').toString();
    if (before !== undefined && !UUID.test(before)) {
      const errors = [{ parameter: 'cursor', detail: 'is not a cursor of this list' }];
      throw new Problem(problems.invalidRequest, { detail: 'Use the cursor of the page before', errors });
    }
    const query = this.database.dataSource.getRepository(MovementRecord).createQueryBuilder('movement')
      .where('movement.sku = :sku', { sku: params.sku })
      .orderBy('movement.id', 'DESC').take(limit + 1);
    if (params.locationId !== undefined) query.andWhere('movement.locationId = :locationId', params);
    if (before !== undefined) query.andWhere('movement.id < :before', { before });
    const records = await query.getMany();
    const page = records.slice(0, limit);
    const next = records.length > limit ? { next: Buffer.from(page.at(-1)!.id).toString('base64url') } : {};
    return { movements: page.map(toStockMovement), ...next };
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
