// What a run does when what its units waited for has come: supply, the end of the time, the customer's answer, or a
// person's decision. Each answer counts once.
import { announce } from '#events';
import { StepFailed, type TaskAnswer } from '#workflow';
import { about, journal, noteUnitsCancelled, tellCustomer } from './exception-facts.writer.js';
import type { AnsweredSignal, OverdueSignal, SuppliedSignal } from './fulfil-order.contract.js';
import { substituteLines, unitMoves } from './order-exceptions.writer.js';
import { orderChanges } from './order.writer.js';
import type { Course, Pending } from './resolve-shortage.workflow.js';
import type { HeldUnits } from './order-units.states.js';
import { callFor, vendor } from './system-calls.policy.js';

/** Supply was allocated: the units are kept for good and go to their location. */
export async function supplied(course: Course, signal: SuppliedSignal): Promise<void> {
  const { run, order, clients, shortage } = course;
  const { orderId } = order;
  const { backorderId, lineId, sku, quantity, reservationId, parts } = signal;
  const waited = shortage.pending.get(backorderId);
  if (!waited) return;
  try {
    await run.step(`keep supply ${reservationId}`, {
      do: (attempt) => vendor(async () => (await clients.inventory.confirmReservation(
        { params: { reservationId } }, callFor(run, order, attempt))).id),
      undo: () => course.steps.giveBack(reservationId, 'order cancelled'),
    });
  } catch (error) {
    // The hold ran out before we took it: the units are short again.
    if (!(error instanceof StepFailed)) throw error;
    reduce(course, backorderId, quantity);
    await shortage.resolve({ lineId, sku, quantity }, 'backorder', waited.rules);
    return;
  }
  await run.commit(`supplied ${reservationId}`, (unit) => {
    unit.add(orderChanges, { orderId });
    unit.add(unitMoves, { orderId, lineId, quantity, from: 'backordered', to: 'reserved' });
    journal(unit, orderId, ['backorder', 'allocated'], `${quantity} of ${sku} have arrived`, { ...signal });
    const data = { orderId, lineId, sku, quantity, outcome: 'allocated' };
    announce(unit, { type: 'order.backorder-ended.v1', ...about(orderId), data });
    return null;
  });
  reduce(course, backorderId, quantity);
  shortage.ready.push(...parts.map((part): HeldUnits => ({ ...part, lineId, sku, reservationId })));
}

/** The time is up: what still waits is cancelled. */
export async function overdue(course: Course, { backorderId, ...units }: OverdueSignal): Promise<void> {
  const { run, order, shortage } = course;
  const waited = shortage.pending.get(backorderId);
  if (!waited) return;
  const { orderId } = order;
  await run.commit(`overdue ${backorderId}`, (unit) => {
    noteUnitsCancelled(unit, order, waited.rules, [units], {
      reason: 'Supply did not arrive in time', exception: 'backorderCancelled', key: backorderId,
    });
    const data = { orderId, ...units, outcome: 'cancelled' };
    announce(unit, { type: 'order.backorder-ended.v1', ...about(orderId), data });
    return null;
  });
  course.units.cancel(units);
  shortage.pending.delete(backorderId);
}

/** The customer, or the policy in their place, has decided about a substitute. */
export async function answered(course: Course, { proposalId, accepted, by }: AnsweredSignal): Promise<void> {
  const waited = course.shortage.pending.get(proposalId);
  if (!waited) return;
  course.shortage.pending.delete(proposalId);
  const { orderId } = course.order;
  await course.run.commit(`answer ${proposalId}`, (unit) => {
    const outcome = accepted ? 'accepted' : 'declined';
    journal(unit, orderId, ['proposeSubstitute', outcome], `Answered by ${by}`, { proposalId });
    const data = { orderId, proposalId, accepted, answeredBy: by };
    announce(unit, { type: 'order.substitution-answered.v1', ...about(orderId), data });
    return null;
  });
  if (accepted && await substitute(course, proposalId, waited)) return;
  const { remainder } = waited.rules;
  await course.shortage.remainder(waited.units, waited.rules, remainder.slice(remainder.indexOf('substitute') + 1));
}

/** Puts a line with the substitute in the place of the units; false when somebody else has bought it meanwhile. */
async function substitute(course: Course, proposalId: string, waited: Pending): Promise<boolean> {
  const { run, order, units, shortage } = course;
  const { orderId } = order;
  const instead = waited.units;
  const chosen = waited.substitute!;
  const line = units.line(instead.lineId);
  const lineId = `${instead.lineId}-${proposalId.slice(-8)}`;
  const wanted = { lineId, sku: chosen.sku, quantity: instead.quantity };
  units.add({ ...line, ...wanted, total: chosen.total, method: 'ship', allowSubstitution: false });
  const { held, missing } = await shortage.reserve(wanted, 'substitution', false);
  if (missing > 0) {
    units.cancel(wanted);
    return false;
  }
  await run.commit(`substitute ${proposalId}`, (unit) => {
    unit.add(orderChanges, { orderId });
    unit.add(substituteLines, {
      orderId, ...wanted, instead: instead.lineId, name: chosen.name, unitPrice: chosen.unitPrice, total: chosen.total,
      locationId: held[0]!.locationId,
    });
    unit.add(unitMoves, { orderId, ...instead, from: 'backordered', to: 'cancelled' });
    const why = `${chosen.sku} instead of ${instead.sku}`;
    journal(unit, orderId, ['substitute', 'substituted'], why, { ...chosen, lineId });
    tellCustomer(unit, order, waited.rules, ['substituted', proposalId], {
      lines: [{ sku: instead.sku, quantity: instead.quantity }], substitute: chosen.name,
    });
    return null;
  });
  units.cancel(instead);
  shortage.ready.push(...held);
  return true;
}

/** A person has decided about units that no location has. */
export async function asked(course: Course, { taskId, action }: TaskAnswer): Promise<void> {
  const { shortage } = course;
  const waited = shortage.pending.get(taskId);
  if (!waited) return;
  shortage.pending.delete(taskId);
  const { units, rules } = waited;
  if (action === 'cancel') return shortage.cancel(units, rules, 'A person has given them up');
  if (action === 'substitute' && await shortage.propose(units, rules, true)) return;
  const rest = await shortage.elsewhere(units, 'task', action === 'split');
  if (rest) await shortage.remainder(rest, rules, rules.remainder);
}

function reduce({ shortage }: Course, id: string, quantity: number): void {
  const waited = shortage.pending.get(id)!;
  const left = waited.units.quantity - quantity;
  if (left <= 0) shortage.pending.delete(id);
  else shortage.pending.set(id, { ...waited, units: { ...waited.units, quantity: left } });
}
