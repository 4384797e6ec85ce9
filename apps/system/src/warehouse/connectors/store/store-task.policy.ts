// What may happen to store work, and what it then is: pure functions of the work, the fact and how the store works.
import { createHash, timingSafeEqual } from 'node:crypto';
import { gs1CheckDigit, problems, type ProblemType, type StoreFact, type StoreSettings } from '#contracts';
import { closingAfter } from './store-calendar.policy.js';
import type { StoreTaskRecord } from './store-task.entity.js';

const MS_PER_SECOND = 1_000;
/** Wrong codes at the counter; after that only a document or the name counts. */
const WRONG_CODES_MAX = 5;
/** GS1 prefix for demonstrations, with the extension digit of an SSCC. */
const SSCC_PREFIX = '0952000';
const SSCC_SERIAL_DIGITS = 10;

/** A fact that cannot be, with the problem its teller gets. */
export class Refusal {
  constructor(readonly type: ProblemType, readonly detail: string) {}
}

/** What a fact needs beside the work itself. */
export interface FactContext {
  readonly settings: StoreSettings;
  readonly at: Date;
  /** Serial number for a parcel's SSCC. */
  readonly serial: () => number;
}

type Changed = StoreTaskRecord | Refusal;

/** What the order's run does when it takes work back; no person says it. */
export const CANCEL = 'cancel';

const conflict = (detail: string): Refusal => new Refusal(problems.stateConflict, detail);
const unfit = (detail: string): Refusal => new Refusal(problems.unprocessable, detail);

/** The work after the fact; the record given is not changed. */
export function applyFact(task: StoreTaskRecord, fact: StoreFact, context: FactContext): Changed {
  const left = fact.kind === 'deliver' ? null : task.shippedAt;
  const ended = task.closedAt ?? task.collectedAt ?? task.deliveredAt ?? left;
  if (ended) return conflict(`Task ${task.id} is ${task.state}; nothing more can happen to it.`);
  return RULES[fact.kind]!(task, fact, context);
}

const RULES: Readonly<Record<string, (task: StoreTaskRecord, fact: StoreFact, context: FactContext) => Changed>> = {
  accept, pick, pack, ready, collect, ship, deliver, reject, expire, extend, convert, [CANCEL]: cancel,
};

function changed(task: StoreTaskRecord, { at }: FactContext, changes: Partial<StoreTaskRecord>): StoreTaskRecord {
  return { ...task, ...changes, updatedAt: at };
}

/** Takes the work, or gives it to another picker while nothing is picked. */
function accept(task: StoreTaskRecord, fact: StoreFact, context: FactContext): Changed {
  if (task.pickedAt) return conflict(`Task ${task.id} is ${task.state}; it is picked already.`);
  return changed(task, context, { acceptedAt: task.acceptedAt ?? context.at, assignee: fact.assignee ?? fact.by });
}

function pick(task: StoreTaskRecord, fact: StoreFact, context: FactContext): Changed {
  if (task.pickedAt) return conflict(`Task ${task.id} is ${task.state}; it is picked already.`);
  const found = new Map((fact.lines ?? []).map((line) => [line.lineId, line]));
  const unknown = [...found.keys()].filter((lineId) => !task.lines.some((line) => line.lineId === lineId));
  if (unknown.length > 0) return unfit(`Task ${task.id} has no line ${unknown.join(', ')}.`);
  const lines = task.lines.map((line) => {
    const { quantity: picked = line.quantity, reason } = found.get(line.lineId) ?? {};
    return { ...line, picked, ...(picked < line.quantity ? { shortReason: reason } : {}) };
  });
  const over = lines.find(({ picked, quantity }) => picked > quantity);
  if (over) return unfit(`Line ${over.lineId} asks for ${over.quantity} units, not ${over.picked}.`);
  const silent = lines.find(({ picked, quantity, shortReason }) => picked < quantity && !shortReason);
  if (silent) return unfit(`Line ${silent.lineId} is short: say why.`);
  const nothing = lines.every(({ picked }) => picked === 0);
  return changed(task, context, {
    lines: lines as StoreTaskRecord['lines'], pickedAt: context.at, acceptedAt: task.acceptedAt ?? context.at,
    assignee: task.assignee ?? fact.by,
    ...(nothing ? { closedAt: context.at, closedAs: 'cancelled' as const, closeReason: 'nothing found' } : {}),
  });
}

function pack(task: StoreTaskRecord, _fact: StoreFact, context: FactContext): Changed {
  if (!task.pickedAt) return conflict(`Task ${task.id} is ${task.state}; pick it first.`);
  if (task.packedAt) return conflict(`Task ${task.id} is packed already.`);
  const parcel = task.method === 'pickup' ? null
    : { carrier: context.settings.carrier, trackingNumber: sscc(context.serial()) };
  return changed(task, context, { packedAt: context.at, parcel });
}

function ready(task: StoreTaskRecord, _fact: StoreFact, context: FactContext): Changed {
  if (task.method !== 'pickup') return conflict(`Task ${task.id} is shipped, not collected.`);
  if (!task.pickedAt) return conflict(`Task ${task.id} is ${task.state}; pick it first.`);
  if (task.readyAt) return conflict(`Task ${task.id} is ready already.`);
  const until = new Date(context.at.getTime() + context.settings.collectSeconds * MS_PER_SECOND);
  return changed(task, context, { readyAt: context.at, collectBy: closingAfter(context.settings, until) });
}

/** Hand-over needs a proof: the code sent to the customer, a document, or a name the associate knows. */
function collect(task: StoreTaskRecord, { by, proof, proofValue }: StoreFact, context: FactContext): Changed {
  if (!task.readyAt) return conflict(`Task ${task.id} is ${task.state}; it is not ready to be collected.`);
  if (proof === undefined) return unfit('A hand-over needs a proof: code, identity or name.');
  if (proof === 'code') {
    if (task.wrongCodes >= WRONG_CODES_MAX) return conflict('Too many wrong codes: ask for a document.');
    if (!codeFits(task.handling?.codeHash, proofValue)) return unfit(WRONG_CODE);
  } else if (!proofValue) return unfit(`Say what was seen as ${proof}.`);
  const kept = proof === 'code' ? {} : { value: proofValue! };
  return changed(task, context, { collectedAt: context.at, proof: { kind: proof, by, ...kept } });
}

/** Detail of the refusal of a wrong code, which is counted. */
export const WRONG_CODE = 'The code is not the one sent to the customer.';

function ship(task: StoreTaskRecord, { manifest }: StoreFact, context: FactContext): Changed {
  if (task.method === 'pickup') return conflict(`Task ${task.id} is collected, not shipped.`);
  if (!task.packedAt || !task.parcel) return conflict(`Task ${task.id} is ${task.state}; pack it first.`);
  return changed(task, context, {
    shippedAt: context.at, parcel: { ...task.parcel, ...(manifest === undefined ? {} : { manifest }) },
  });
}

function deliver(task: StoreTaskRecord, _fact: StoreFact, context: FactContext): Changed {
  if (!task.shippedAt) return conflict(`Task ${task.id} is ${task.state}; it has not left.`);
  return changed(task, context, { deliveredAt: context.at });
}

function reject(task: StoreTaskRecord, { reason, note }: StoreFact, context: FactContext): Changed {
  if (reason === undefined) return unfit('A rejection needs a reason.');
  if (task.readyAt) return conflict(`Task ${task.id} is ready; its customer has been told.`);
  const closeReason = note === undefined ? reason : `${reason}: ${note}`;
  return changed(task, context, { closedAt: context.at, closedAs: 'rejected', closeReason });
}

/** Not collected in time: the units go back to the shelf. */
function expire(task: StoreTaskRecord, { note }: StoreFact, context: FactContext): Changed {
  if (!task.readyAt) return conflict(`Task ${task.id} is ${task.state}; nothing waits to be collected.`);
  return changed(task, context, { closedAt: context.at, closedAs: 'expired', closeReason: note ?? 'not collected' });
}

/** The order is cancelled: until the units have left, people can put them back. */
function cancel(task: StoreTaskRecord, _fact: StoreFact, context: FactContext): Changed {
  return changed(task, context, { closedAt: context.at, closedAs: 'cancelled', closeReason: 'order cancelled' });
}

function extend(task: StoreTaskRecord, _fact: StoreFact, context: FactContext): Changed {
  if (!task.readyAt || !task.collectBy) return conflict(`Task ${task.id} is ${task.state}; it does not wait yet.`);
  const { extensionsMax, extensionSeconds } = context.settings;
  if (task.extensions >= extensionsMax) return conflict(`A pickup is extended at most ${extensionsMax} times.`);
  const until = new Date(task.collectBy.getTime() + extensionSeconds * MS_PER_SECOND);
  return changed(task, context, { collectBy: closingAfter(context.settings, until), extensions: task.extensions + 1 });
}

/** The customer does not come: the store ships it instead. */
function convert(task: StoreTaskRecord, { shipTo }: StoreFact, context: FactContext): Changed {
  if (task.method !== 'pickup') return conflict(`Task ${task.id} is shipped already.`);
  if (!context.settings.shipsFromStore) return conflict(`Store ${task.storeId} does not ship online orders.`);
  if (!shipTo) return unfit('Say where it is shipped to.');
  const parcel = task.packedAt ? { carrier: context.settings.carrier, trackingNumber: sscc(context.serial()) } : null;
  return changed(task, context, {
    method: 'shipFromStore', shipTo, readyAt: null, collectBy: null, packedAt: task.packedAt, parcel,
  });
}

function sscc(serial: number): string {
  const body = SSCC_PREFIX + String(serial).padStart(SSCC_SERIAL_DIGITS, '0');
  return body + gs1CheckDigit(body);
}

export const hashOfCode = (code: string): string => createHash('sha256').update(code).digest('hex');

function codeFits(expected: string | undefined, shown: string | undefined): boolean {
  if (expected === undefined || shown === undefined) return false;
  const given = hashOfCode(shown.trim());
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}
