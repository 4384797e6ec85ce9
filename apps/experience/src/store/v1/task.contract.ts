// What an associate sends about a task: the edge shapes of store v1's work.
import { Choice, Many, Shape, STORE_REASONS, StoreFactLine, Text, Timestamp } from '#contracts';

@Shape('Who does it.')
export class AssociateAction {
  @Text({ doc: 'Associate of this store.', max: 60, example: 'EMP-0011' })
  associate: string;

  @Timestamp({ doc: 'When, if not now.', optional: true })
  at?: string;
}

@Shape('Who takes a task.')
export class AcceptTask extends AssociateAction {
  @Text({ doc: 'Who picks it, when somebody else of this store.', optional: true, max: 60, example: 'EMP-0012' })
  assignee?: string;
}

@Shape('Units that were not all there.')
export class ShortPickTask extends AssociateAction {
  @Many(() => StoreFactLine, { doc: 'Units really found, by line, with the reason where some are missing.', min: 1 })
  lines: StoreFactLine[];
}

@Shape('Hand-over to the customer, with the proof that it is the right one.')
export class HandOverTask extends AssociateAction {
  @Choice(['code', 'identity', 'name'], {
    doc: 'code: the one-time code sent to the customer; identity: a document; name: the name alone.', example: 'name' })
  proof: string;

  @Text({ doc: 'The code, or what was seen, e.g. the kind of document and the name.', max: 100,
    example: 'Ada Lovelace' })
  proofValue: string;
}

@Shape('Why a store gives a task back.')
export class RejectTask extends AssociateAction {
  @Choice(STORE_REASONS, { doc: 'Reason.', example: 'notFound' })
  reason: string;

  @Text({ doc: 'In words.', optional: true, max: 500 })
  note?: string;
}
