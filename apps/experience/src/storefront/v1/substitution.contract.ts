// What a shop shows its customer when units are short: what waits until when, what is offered instead, and the answer.
import {
  Backorder, Many, operation, OrderId, problems, Shape, SubstitutionAnswer, SubstitutionId, SubstitutionProposal,
} from '#contracts';

@Shape('What became of units of an order that were short.')
export class StorefrontShortage {
  @Many(() => Backorder, { doc: 'Units that wait for supply.', max: 200 })
  backorders: Backorder[];

  @Many(() => SubstitutionProposal, { doc: 'Substitutes that were offered.', max: 200 })
  substitutions: SubstitutionProposal[];
}

export const substitutionOperations = {
  getShortage: operation({
    method: 'GET', path: '/orders/{orderId}/shortage', summary: 'Read what waits and what is offered instead',
    params: OrderId, answer: StorefrontShortage, scope: 'orders:read', rate: 'read', idempotency: 'safe',
    problems: [problems.notFound],
  }),
  answerSubstitution: operation({
    method: 'POST', path: '/orders/{orderId}/substitutions/{proposalId}/answer',
    summary: 'Accept or decline a substitute', params: SubstitutionId, body: SubstitutionAnswer,
    answer: SubstitutionProposal, scope: 'orders:write', rate: 'checkout', idempotency: 'natural',
    description: 'The customer pays for the substitute what the proposal says, never more than before.',
    problems: [problems.notFound, problems.stateConflict], example: { accept: true },
  }),
};
