// Wishes to change stock as the one writer takes them, and how the bodies of calls become such wishes.
import { hash } from 'node:crypto';
import type {
  AdjustStock, CallContext, ConsumeReservation, ReceiveSupply, ReleaseReservationLines, ReserveStock, SetSupply,
  StockFact, TransferReservation,
} from '#contracts';
import type { WantedLine } from './allocation.policy.js';
import { originOf, type Origin } from './inventory.mapping.js';

export interface Reserve {
  readonly kind: 'reserve';
  readonly reservationId: string;
  readonly owner: string;
  readonly holdSeconds: number;
  readonly channel?: string;
  readonly lines: readonly WantedLine[];
  readonly content: string;
}

/** Reserved units that a command is about. */
export interface ClaimedLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly locationId?: string;
}

interface OnceOnReservation {
  readonly reservationId: string;
  readonly fact: string;
  readonly content: string;
}

export interface Consume extends OnceOnReservation {
  readonly kind: 'consume';
  readonly lines: readonly ClaimedLine[];
  readonly occurredAt?: string;
}

export interface ReleaseLines extends OnceOnReservation {
  readonly kind: 'releaseLines';
  readonly reason: string;
  readonly lines: readonly ClaimedLine[];
}

export interface Transfer extends OnceOnReservation {
  readonly kind: 'transfer';
  readonly reason: string;
  readonly owner?: string;
  readonly channel?: string;
  readonly lines: readonly (ClaimedLine & { readonly toLocationId: string })[];
}

/** One stock fact; `occurredAt` is absent when the caller says only that it is so now. */
export interface FactRow {
  readonly fact: string;
  readonly occurredAt?: string;
  readonly sku: string;
  readonly locationId: string;
  readonly reason: string;
  readonly quantity: number;
  readonly toLocationId?: string;
  readonly content: string;
}

export interface RecordFacts { readonly kind: 'facts'; readonly rows: readonly FactRow[] }
export interface Adjust { readonly kind: 'adjust'; readonly row: FactRow }

export interface StateSupply {
  readonly kind: 'setSupply';
  readonly supplyId: string;
  readonly stated: SetSupply;
}
export interface Receive {
  readonly kind: 'receiveSupply';
  readonly supplyId: string;
  readonly fact: string;
  readonly quantity: number;
  readonly occurredAt?: string;
  readonly content: string;
}
export interface CancelSupplyLine {
  readonly kind: 'cancelSupply';
  readonly supplyId: string;
  readonly reason: string;
}

export interface Extend { readonly kind: 'extend'; readonly reservationId: string; readonly holdSeconds: number }
export interface Release { readonly kind: 'release'; readonly reservationId: string; readonly reason: string }
export interface Transition { readonly kind: 'confirm' | 'expire'; readonly reservationId: string }

export type ReservationCommand = Reserve | Consume | ReleaseLines | Transfer | Extend | Release | Transition;
export type SupplyCommand = StateSupply | Receive | CancelSupplyLine;
export type FactCommand = RecordFacts | Adjust;

/** A wish to change stock. */
export type StockCommand = (ReservationCommand | SupplyCommand | FactCommand) & { readonly origin: Origin };

const contentOf = (value: unknown): string => hash('sha256', JSON.stringify(value), 'base64url');

export function toReserve(body: ReserveStock, call: CallContext): StockCommand {
  const lines = body.lines.map(({ lineId, sku, quantity, candidates }) => ({ lineId, sku, quantity, candidates }));
  const { reservationId, owner, holdSeconds, channel } = body;
  const content = contentOf(channel === undefined ? [owner, holdSeconds, lines] : [owner, holdSeconds, lines, channel]);
  return { kind: 'reserve', reservationId, owner, holdSeconds, channel, lines, content, origin: originOf(call) };
}

export function toConsume(reservationId: string, body: ConsumeReservation, call: CallContext): StockCommand {
  const content = contentOf(body.lines.map((line) => [line.lineId, line.sku, line.quantity, line.locationId]));
  const { fact, lines, occurredAt } = body;
  return { kind: 'consume', reservationId, fact, lines, occurredAt, content, origin: originOf(call) };
}

export function toReleaseLines(reservationId: string, body: ReleaseReservationLines, call: CallContext): StockCommand {
  const { fact, reason, lines } = body;
  const content = contentOf(lines.map((line) => [line.lineId, line.sku, line.quantity, line.locationId ?? null]));
  return { kind: 'releaseLines', reservationId, fact, reason, lines, content, origin: originOf(call) };
}

export function toTransfer(reservationId: string, body: TransferReservation, call: CallContext): StockCommand {
  const { fact, reason, owner, channel, lines = [] } = body;
  const content = contentOf([owner ?? null, lines.map((line) =>
    [line.lineId, line.sku, line.quantity, line.locationId ?? null, line.toLocationId])]);
  return { kind: 'transfer', reservationId, fact, reason, owner, channel, lines, content, origin: originOf(call) };
}

export function toFactRow({ fact, occurredAt, sku, locationId, reason, quantity, toLocationId }: StockFact): FactRow {
  const content = contentOf([reason, quantity, occurredAt, toLocationId ?? null]);
  return { fact, occurredAt, sku, locationId, reason, quantity, toLocationId, content };
}

export function toAdjust(body: AdjustStock, call: CallContext): StockCommand {
  const { fact, sku, locationId, reason, quantity, occurredAt, toLocationId } = body;
  const plain = occurredAt === undefined && toLocationId === undefined;
  const content = contentOf(plain ? [reason, quantity] : [reason, quantity, occurredAt ?? null, toLocationId ?? null]);
  const row = { fact, sku, locationId, reason, quantity, occurredAt, toLocationId, content };
  return { kind: 'adjust', row, origin: originOf(call) };
}

export function toReceive(supplyId: string, body: ReceiveSupply, call: CallContext): StockCommand {
  const { fact, quantity, occurredAt } = body;
  const content = contentOf([quantity]);
  return { kind: 'receiveSupply', supplyId, fact, quantity, occurredAt, content, origin: originOf(call) };
}
