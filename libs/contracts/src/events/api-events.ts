// Events of API versions: what their subscribers must know early enough to move.
import { Shape, Text, Timestamp } from '../field.js';
import { event } from './event-spec.js';

const SINCE = '0.1.0';

@Shape('An API version and what happened to it.')
class AboutApiVersion {
  @Text({ doc: 'API and major version.', max: 80, example: 'storefront.v1' }) api: string;
  @Text({ doc: 'Where it is served.', max: 200, example: '/storefront/v1' }) basePath: string;
  @Text({ doc: 'Why.', max: 500 }) reason: string;
  @Text({ doc: 'Base path of the version that follows.', optional: true, max: 200 }) successor?: string;
}

@Shape('A version was published.')
class ApiPublished extends AboutApiVersion {}

@Shape('The end of a version was announced.')
class ApiDeprecated extends AboutApiVersion {
  @Timestamp({ doc: 'When it ends.' }) sunsetAt: string;
}

@Shape('A black-out was planned.')
class ApiBlackedOut extends AboutApiVersion {
  @Timestamp({ doc: 'First moment.' }) from: string;
  @Timestamp({ doc: 'First moment after it.' }) to: string;
}

@Shape('A version is gone.')
class ApiRetired extends AboutApiVersion {}

export const apiEvents = {
  'api.published.v1': event({
    title: 'API version published', since: SINCE, partitionKey: 'api', data: ApiPublished,
    doc: 'A new version may be called.',
  }),
  'api.deprecated.v1': event({
    title: 'API version deprecated', since: SINCE, partitionKey: 'api', data: ApiDeprecated,
    doc: 'The end of a version was announced, or moved later: move to its successor before the sunset.',
  }),
  'api.blacked-out.v1': event({
    title: 'API version blacked out', since: SINCE, partitionKey: 'api', data: ApiBlackedOut,
    doc: 'A deprecated version will answer 410 for a while, as it will after its end.',
  }),
  'api.retired.v1': event({
    title: 'API version retired', since: SINCE, partitionKey: 'api', data: ApiRetired,
    doc: 'A version answers 410 from now on.',
  }),
};
