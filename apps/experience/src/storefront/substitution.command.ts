// What a shop's customer is asked when units are short, and the answer, in every version of the shop's API.
import type { Clients } from '#client';
import {
  ordersApi, type CallContext, type SubstitutionAnswer, type SubstitutionId, type SubstitutionProposal,
} from '#contracts';
import type { StorefrontShortage } from './v1/substitution.contract.js';
import { visibleOrder } from './visible-order.reader.js';

export async function shortageOf(clients: Clients, orderId: string, call: CallContext): Promise<StorefrontShortage> {
  const { id } = await visibleOrder(clients, orderId, call);
  const found = await clients.of(ordersApi).getOrderExceptions({ params: { orderId: id } }, call);
  return { backorders: found.backorders, substitutions: found.substitutions };
}

export async function answerProposal(
  clients: Clients, { orderId, proposalId }: SubstitutionId, body: SubstitutionAnswer, call: CallContext,
): Promise<SubstitutionProposal> {
  const { id } = await visibleOrder(clients, orderId, call);
  return clients.of(ordersApi).answerSubstitution({ params: { orderId: id, proposalId }, body }, call);
}
