// A refund that had been paid came back, long after its return was settled: the debt stands again, and is settled by
// store credit where the policy says so, else by a person. Until then the return's money is in doubt.
import { fromMinor, toMinor } from '#contracts';
import { defineWorkflow, type Workflow } from '#workflow';
import { note } from './return-facts.writer.js';
import { MEND_REFUND, type MendRefundInput, type ReturnClients } from './return-goods.contract.js';
import { refundChanges } from './return.writer.js';
import { calling, callFor } from './system-calls.policy.js';

export function mendRefund(clients: ReturnClients): Workflow<MendRefundInput, { code: string }> {
  return defineWorkflow({
    kind: MEND_REFUND, version: 1, tasks: { owner: 'finance', dueMs: 24 * 3_600_000 },
    run: async (run, input) => {
      const { returnId, orderId, fact, currency, customerId, reason } = input;
      await run.commit('refund came back', (unit) => {
        unit.add(refundChanges, { returnId, fact, reversedAt: new Date().toISOString(), reason });
        note(unit, input, { kind: 'event', system: 'stripe', name: 'refundReversed', outcome: 'reversed', reason,
          detail: { fact, amount: fromMinor(BigInt(input.amount), currency) } });
        return null;
      });
      const code = await run.step('give store credit', {
        do: (attempt) => calling(async () => {
          const call = callFor(run, returnId, attempt);
          // A person who asks for another try has decided for store credit.
          if (!attempt.mayHaveRun && input.fallback === 'task') {
            throw new Error(`Refund ${fact} came back (${reason}); the policy leaves the decision to a person.`);
          }
          const { payable } = await clients.finance.getOrderMoney({ params: { orderId } }, call);
          const owed = toMinor(payable) < BigInt(input.amount) ? toMinor(payable) : BigInt(input.amount);
          if (owed === 0n && !attempt.mayHaveRun) return '';
          const amount = fromMinor(owed === 0n ? BigInt(input.amount) : owed, currency);
          const body = { orderId, fact: `${fact}:mended`, amount, ...(customerId ? { customerId } : {}) };
          return (await clients.finance.issueStoreCredit({ body }, call)).code;
        }),
        retry: { maxAttempts: 1 },
        writes: (unit, storeCreditCode) => {
          unit.add(refundChanges, {
            returnId, fact, settledAt: new Date().toISOString(),
            ...(storeCreditCode === '' ? {} : { storeCreditCode, original: 0n, storeCredit: BigInt(input.amount) }),
          });
          note(unit, input, { kind: 'decision', name: 'refund', outcome: 'storeCredit', detail: { fact } });
        },
      });
      return { code };
    },
  });
}
