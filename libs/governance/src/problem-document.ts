// RFC 9457 problem details as the OpenAPI documents describe them.
import { Integer, Many, Shape, Text } from '#contracts';

@Shape('One field at fault.')
export class ProblemField {
  @Text({ doc: 'JSON pointer into the body.', optional: true, example: '#/lines/0/quantity' })
  pointer?: string;

  @Text({ doc: 'Name of a path or query parameter.', optional: true })
  parameter?: string;

  @Text({ doc: 'What is expected.', max: 500 })
  detail: string;
}

@Shape('RFC 9457 problem details; further members depend on the type.', 'Problem')
export class ProblemDocument {
  @Text({ doc: 'URI of the problem type; answers with its explanation.', format: 'uri', max: 500 })
  type: string;

  @Text({ doc: 'Short name.' })
  title: string;

  @Integer({ doc: 'HTTP status.', min: 400, max: 599 })
  status: number;

  @Text({ doc: 'What went wrong here and how to mend it.', max: 2000 })
  detail: string;

  @Text({ doc: 'This occurrence: the request id.', optional: true })
  instance?: string;

  @Many(() => ProblemField, { doc: 'Fields at fault.', optional: true, max: 50 })
  errors?: ProblemField[];

  @Integer({ doc: 'Seconds after which a retry makes sense.', optional: true, max: 86_400 })
  retryAfterSeconds?: number;
}
