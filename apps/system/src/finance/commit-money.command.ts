// Commits one money command together with those of other callers; a refusal becomes the problem it names.
import { Problem, problems, problemType, type ProblemDetails } from '#contracts';
import { UnitOfWork, type GroupCommit } from '#database';
import { originNow } from './finance.mapping.js';
import type { MoneyOutcome, Wish } from './money.command.js';
import { moneyWriter } from './money.writer.js';

/** @throws Problem as the book has decided */
export async function commitMoney(groupCommit: GroupCommit, wish: Wish & { orderId: string }): Promise<MoneyOutcome> {
  const unit = new UnitOfWork();
  const entry = unit.add(moneyWriter, { ...wish, origin: originNow() });
  const result = await groupCommit.commit(unit);
  if (result.committed) return result.outcome(entry);
  const { reason, detail } = result.rejected;
  throw new Problem(problemType(reason) ?? problems.stateConflict, detail as ProblemDetails);
}
