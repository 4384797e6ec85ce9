// The part of the control plane's contract that is about API versions: where each stands, the steps of its lifecycle,
// who still calls it, which revision a consumer is pinned to, and the changelog that announces all of it.
import { Choice, Flag, Integer, Many, Shape, Text, Texts, Timestamp } from '../field.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

const STATES = ['draft', 'published', 'deprecated', 'retired', 'blocked'] as const;
const ACTIONS = ['publish', 'deprecate', 'blackOut', 'retire', 'block', 'unblock'] as const;
const API = { doc: 'API and major version, as in its document.', max: 80, example: 'storefront.v1' } as const;
const REASON = { doc: 'Why; it stands in the changelog and the audit log.', min: 3, max: 500 } as const;

@Shape('One API version of the catalog.')
export class ApiEntry {
  @Text({ doc: 'Name.', example: 'process/orders' }) name: string;
  @Text(API) api: string;
  @Choice(['experience', 'process', 'system', 'platform'], { doc: 'Layer.' }) layer: string;
  @Text({ doc: 'Title.' }) title: string;
  @Text({ doc: 'What it is for.', max: 2000 }) description: string;
  @Integer({ doc: 'Major version.' }) version: number;
  @Text({ doc: 'Where it is served.' }) basePath: string;
  @Text({ doc: 'Its OpenAPI document.' }) openapi: string;
  @Choice(STATES, { doc: 'Lifecycle.' }) lifecycle: string;
  @Flag({ doc: 'True when the process that answers serves it itself.' }) servedHere: boolean;
  @Texts({ doc: 'Names of the APIs it calls.' }) requires: string[];
  @Timestamp({ doc: 'When it was published.', optional: true }) publishedAt?: string;
  @Timestamp({ doc: 'Since when it is deprecated.', optional: true }) deprecatedAt?: string;
  @Timestamp({ doc: 'When it ends.', optional: true }) sunsetAt?: string;
  @Timestamp({ doc: 'When it was retired.', optional: true }) retiredAt?: string;
  @Text({ doc: 'Base path of the version that follows.', optional: true }) successor?: string;
  @Texts({ doc: 'Its dated revisions, oldest first; name one as API-Version.', max: 100 }) revisions: string[];
}

@Shape('The catalog of APIs.')
export class ApiCatalog {
  @Many(() => ApiEntry, { doc: 'APIs.', max: 100 }) apis: ApiEntry[];
}

@Shape('A window in which a deprecated version answers 410, so that who still calls it notices in time.')
export class ApiBlackOut {
  @Timestamp({ doc: 'First moment.', example: '2027-02-01T09:00:00Z' }) from: string;
  @Timestamp({ doc: 'First moment after it.', example: '2027-02-01T10:00:00Z' }) to: string;
  @Text(REASON) reason: string;
}

@Shape('One step in the life of an API version.')
export class ApiTransition {
  @Text({ doc: 'Id.', max: 60 }) id: string;
  @Text(API) api: string;
  @Timestamp({ doc: 'When.' }) at: string;
  @Text({ doc: 'Who.', max: 100 }) actor: string;
  @Choice(ACTIONS, { doc: 'Step.' }) action: string;
  @Choice(STATES, { doc: 'State before.' }) from: string;
  @Choice(STATES, { doc: 'State after.' }) to: string;
  @Text({ doc: 'Why.', max: 500 }) reason: string;
  @Flag({ doc: 'True when it was taken against a refusal.' }) forced: boolean;
}

@Shape('An API version with its plans and its past.')
export class ApiVersion extends ApiEntry {
  @Many(() => ApiBlackOut, { doc: 'Black-outs planned.', max: 50 }) blackOuts: ApiBlackOut[];
  @Texts({ doc: 'Steps it may take now.', max: 10 }) actions: string[];
  @Many(() => ApiTransition, { doc: 'Steps it took, newest first.', max: 100 }) transitions: ApiTransition[];
  @Text({ doc: 'Its state as read; send it as If-Match with a step.', optional: true, max: 80 }) etag?: string;
}

@Shape('Which API version.')
export class ApiVersionKey {
  @Text(API) api: string;
}

@Shape('Why a step is taken.')
export class ApiStep {
  @Text({ ...REASON, example: 'Ready for partners.' }) reason: string;
}

@Shape('The announced end of an API version.')
export class DeprecateApi extends ApiStep {
  @Timestamp({ doc: 'When it ends: at least 90 days away, and never earlier than announced before.',
    example: '2027-12-31T23:59:59Z' }) sunsetAt: string;
  @Text({ doc: 'Base path of the version that follows.', optional: true, pattern: /^\/[\w/-]+$/,
    example: '/storefront/v2' }) successor?: string;
}

@Shape('The end of an API version.')
export class RetireApi extends ApiStep {
  @Integer({ doc: 'Refused while somebody called it in so many days; 30 when absent.', optional: true, max: 365 })
  quietDays?: number;
  @Flag({ doc: 'Retire it although it is called, or before its sunset.', optional: true }) force?: boolean;
}

@Shape('Which usage.')
export class UsageQuery {
  @Text({ doc: 'Only this consumer.', optional: true, max: 100 }) consumer?: string;
  @Text({ ...API, optional: true }) api?: string;
  @Text({ doc: 'Only this operation.', optional: true, max: 80, example: 'getOrder' }) operation?: string;
  @Flag({ doc: 'Only deprecated fields.', optional: true }) deprecatedOnly?: boolean;
  @Integer({ doc: 'Days back from today; 30 when absent.', optional: true, min: 1, max: 400, example: 30 })
  days?: number;
  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 600 }) cursor?: string;
  @Integer({ doc: 'Rows a page.', optional: true, min: 1, max: 1000, example: 100 }) limit?: number;
}

@Shape('Calls of one consumer to one operation on one day.')
export class UsageRow {
  @Text({ doc: 'Day (UTC).', max: 10, format: 'date' }) day: string;
  @Text({ doc: 'Consumer, or the API of ours that called.', max: 100 }) consumer: string;
  @Text(API) api: string;
  @Text({ doc: 'Operation.', max: 80 }) operation: string;
  @Text({ doc: 'Deprecated field, when the row counts the use of one.', optional: true, max: 200 }) field?: string;
  @Integer({ doc: 'Calls.', max: 9_007_199_254_740_991 }) calls: number;
  @Timestamp({ doc: 'Last call.' }) lastAt: string;
}

@Shape('A page of usage, newest day first.')
export class UsagePage {
  @Many(() => UsageRow, { doc: 'Rows.', max: 1000 }) rows: UsageRow[];
  @Text({ doc: 'Cursor of the next page; absent on the last.', optional: true, max: 600 }) next?: string;
}

@Shape('Which usage of one\'s own.')
export class OwnUsageQuery {
  @Integer({ doc: 'Days back from today; 30 when absent.', optional: true, min: 1, max: 400, example: 30 })
  days?: number;
  @Flag({ doc: 'Only deprecated fields.', optional: true }) deprecatedOnly?: boolean;
  @Text({ doc: 'Opaque cursor of the next page, from `next`.', optional: true, max: 600 }) cursor?: string;
  @Integer({ doc: 'Rows a page.', optional: true, min: 1, max: 1000, example: 100 }) limit?: number;
}

@Shape('Whose pin.')
export class RevisionPinKey extends ApiVersionKey {
  @Text({ doc: 'Consumer.', max: 100, example: 'storefront-demo' }) consumer: string;
}

@Shape('The revision a consumer gets that names none.')
export class PinRevision {
  @Text({ doc: 'One of the revisions of the API version.', pattern: /^\d{4}-\d{2}-\d{2}$/, max: 10,
    example: '2026-11-23' }) revision: string;
}

@Shape('A pinned revision.')
export class RevisionPin extends PinRevision {
  @Text(API) api: string;
  @Text({ doc: 'Consumer.', max: 100 }) consumer: string;
}

@Shape('One entry of the changelog (JSON Feed item).')
export class ChangelogItem {
  @Text({ doc: 'Id.', max: 100 }) id: string;
  @Text({ doc: 'Headline.', max: 300 }) title: string;
  @Text({ doc: 'What it means for who calls.', max: 2000 }) content_text: string;
  @Timestamp({ doc: 'When.' }) date_published: string;
  @Texts({ doc: 'API version and kind of step.', max: 10 }) tags: string[];
  @Text({ doc: 'Where to read on.', max: 500 }) url: string;
}

@Shape('The changelog of all APIs (JSON Feed 1.1): follow it with any feed reader.')
export class Changelog {
  @Text({ doc: 'Version of JSON Feed.', max: 100 }) version: string;
  @Text({ doc: 'Title.' }) title: string;
  @Text({ doc: 'The portal.', max: 500 }) home_page_url: string;
  @Text({ doc: 'This feed.', max: 500 }) feed_url: string;
  @Many(() => ChangelogItem, { doc: 'Entries, newest first.', max: 200 }) items: ChangelogItem[];
}

@Shape('Which entries.')
export class ChangelogQuery {
  @Text({ ...API, optional: true }) api?: string;
}

const step = { scope: 'apis:write', rate: 'batch', idempotency: 'stored', ifMatch: 'optional' } as const;
const refusals = [problems.notFound, problems.stateConflict, problems.preconditionFailed, problems.unprocessable];

export const apiVersionOperations = {
  listApis: operation({
    method: 'GET', path: '/apis', summary: 'List all APIs, where they stand and what they call', answer: ApiCatalog,
    scope: 'platform:read', rate: 'read', idempotency: 'safe',
  }),
  getApi: operation({
    method: 'GET', path: '/apis/{api}', summary: 'Read an API version with its plans and its past',
    params: ApiVersionKey, answer: ApiVersion, scope: 'platform:read', rate: 'read', idempotency: 'safe',
    problems: [problems.notFound],
  }),
  publishApi: operation({
    method: 'POST', path: '/apis/{api}/publish', summary: 'Publish a drafted API version', params: ApiVersionKey,
    body: ApiStep, answer: ApiVersion, ...step, problems: refusals,
  }),
  deprecateApi: operation({
    method: 'POST', path: '/apis/{api}/deprecate', summary: 'Announce the end of an API version, or move it later',
    params: ApiVersionKey, body: DeprecateApi, answer: ApiVersion, ...step, problems: refusals,
    description: 'From now on its answers carry Deprecation, Sunset and Link; subscribers are told by event, webhook '
      + 'and changelog; nobody new may subscribe.',
    example: { reason: 'Orders have a clearer shape.', sunsetAt: '2027-12-31T23:59:59Z', successor: '/storefront/v2' },
  }),
  blackOutApi: operation({
    method: 'POST', path: '/apis/{api}/black-outs', summary: 'Plan a black-out of a deprecated API version',
    params: ApiVersionKey, body: ApiBlackOut, answer: ApiVersion, ...step, problems: refusals,
  }),
  retireApi: operation({
    method: 'POST', path: '/apis/{api}/retire', summary: 'Retire a deprecated API version', params: ApiVersionKey,
    body: RetireApi, answer: ApiVersion, ...step, problems: [...refusals, problems.versionInUse],
    description: 'Refused before its sunset and while somebody still calls it, who is named, unless forced.',
  }),
  blockApi: operation({
    method: 'POST', path: '/apis/{api}/block', summary: 'Block an API version for now', params: ApiVersionKey,
    body: ApiStep, answer: ApiVersion, ...step, problems: refusals,
  }),
  unblockApi: operation({
    method: 'POST', path: '/apis/{api}/unblock', summary: 'Open a blocked API version again', params: ApiVersionKey,
    body: ApiStep, answer: ApiVersion, ...step, problems: refusals,
  }),
  pinRevision: operation({
    method: 'PUT', path: '/apis/{api}/pins/{consumer}', summary: 'Pin a consumer to a dated revision',
    params: RevisionPinKey, body: PinRevision, answer: RevisionPin, scope: 'apis:write', rate: 'batch',
    idempotency: 'natural', problems: [problems.notFound, problems.unprocessable],
    example: { revision: '2026-11-23' },
  }),
  listUsage: operation({
    method: 'GET', path: '/usage', summary: 'Who calls what, by day', params: UsageQuery, answer: UsagePage,
    scope: 'platform:read', rate: 'batch', idempotency: 'safe',
    description: 'By consumer, API version, operation and deprecated field; some seconds behind.',
  }),
  listMyUsage: operation({
    method: 'GET', path: '/me/usage', summary: 'What I call, by day', params: OwnUsageQuery, answer: UsagePage,
    scope: 'consumers:self', rate: 'read', idempotency: 'safe',
    description: 'By API version, operation and deprecated field; some seconds behind.',
  }),
  getChangelog: operation({
    method: 'GET', path: '/changelog', summary: 'Follow what changes in the APIs (JSON Feed)', params: ChangelogQuery,
    answer: Changelog, scope: null, rate: 'read', idempotency: 'safe',
  }),
};
