// Binds a controller method to an operation of a contract: route, documentation and governance follow from the
// operation, so that a controller says nothing twice.
import 'reflect-metadata';
import { applyDecorators, Delete, Get, HttpCode, Patch, Post, Put, Res, SetMetadata } from '@nestjs/common';
import {
  ApiBody,
  ApiExtension,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  getSchemaPath,
} from '@nestjs/swagger';
import {
  fieldsOf,
  problems,
  type Answer,
  type AnswerOf,
  type CallContext,
  type InputOf,
  type Operation,
} from '#contracts';
import { ProblemDocument } from './problem-document.js';

const OPERATION = 'throughline:operation';
const ROUTES = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete } as const;

type Handler<Op> = (input: InputOf<Op>, call: CallContext) => Promise<AnswerOf<Op> | Answer<AnswerOf<Op>>>;

/** The operation a controller method implements, if any. */
export function operationOf(method: object): Operation | undefined {
  return Reflect.getMetadata(OPERATION, method) as Operation | undefined;
}

/** Name of the security scheme that describes a vendor's signature header. */
export function schemeOf(signature: string): string {
  return signature.toLowerCase().replaceAll('-', '_');
}

/** Method decorator; the compiler checks that the method takes the operation's input and returns its answer. */
export function Implements<Op extends Operation>(operation: Op) {
  // Generic in the method itself: a descriptor is invariant, so one of plain answers would not fit Handler<Op>.
  return <Method extends Handler<Op>>(
    target: object,
    name: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const route = ROUTES[operation.method](operation.api.basePath + operation.path.replace(/\{(\w+)\}/g, ':$1'));
    applyDecorators(
      route,
      HttpCode(operation.status ?? 200),
      SetMetadata(OPERATION, operation),
      ...documentation(operation),
    )(target, name, descriptor as TypedPropertyDescriptor<unknown>);
    // Governance answers for the method (see http-adapter.ts); asking for the response object tells Nest so.
    Res()(target, name, 2);
  };
}

function documentation(operation: Operation): MethodDecorator[] {
  const {
    id,
    summary,
    description,
    scope,
    status = 200,
    alsoStatus = [],
    answer,
    body,
    example,
    rawBody,
    produces,
    signature,
    deprecated,
    visitors,
  } = operation;
  const content = produces
    ? {
        content: {
          'application/json': { schema: { $ref: getSchemaPath(answer) } },
          [produces]: { schema: { type: 'string' as const, maxLength: 100_000_000 } },
        },
      }
    : { type: answer };
  return [
    ApiExtraModels(ProblemDocument, answer),
    ApiOperation({
      operationId: id,
      summary,
      description: description ?? summary,
      // An empty list says that it is open; no list would say that nobody thought about it.
      ...(scope === null && !signature ? { security: [] } : {}),
      // An empty alternative beside the scope: with a token or without.
      ...(visitors ? { security: [{ oauth: [scope!] }, {}] } : {}),
      ...(deprecated ? { deprecated: true } : {}),
    }),
    ...(scope === null || visitors ? [] : [ApiSecurity('oauth', [scope])]),
    ...(signature ? [ApiSecurity(schemeOf(signature), [])] : []),
    ...(deprecated ? [ApiExtension('x-sunset', deprecated.sunset)] : []),
    ...[status, ...alsoStatus].map((code) =>
      ApiResponse({ status: code, description: code === 202 ? 'Accepted; see the status.' : 'Success.', ...content }),
    ),
    ...parameters(operation),
    ...(body
      ? [ApiBody({ type: body, ...(example ? { examples: { sandbox: { summary, value: example as object } } } : {}) })]
      : []),
    ...(rawBody
      ? [
          ApiBody({
            schema: { type: 'object', additionalProperties: true },
            description: "The vendor's signed message.",
          }),
        ]
      : []),
    ...problemResponses(operation),
    ...(notModified(operation) ? [ApiResponse({ status: 304, description: 'Unchanged since the etag given.' })] : []),
  ];
}

function parameters(operation: Operation): MethodDecorator[] {
  const { params, path, idempotency } = operation;
  const properties = params ? Object.keys(fieldsOf(params)) : [];
  const described = properties.map((name) => {
    const meta = (Reflect.getMetadata('swagger/apiModelProperties', params!.prototype as object, name) ?? {}) as Record<
      string,
      unknown
    >;
    const { required, description, isArray, type, example, ...schema } = meta;
    const oneValue = { ...schema, type: type as 'string', ...(example === undefined || isArray ? {} : { example }) };
    const full = {
      name,
      description: description as string,
      required: required as boolean,
      schema: isArray
        ? {
            type: 'array' as const,
            items: { type: 'string' as const, maxLength: schema['maxLength'] as number },
            minItems: schema['minItems'] as number,
            maxItems: schema['maxItems'] as number,
          }
        : oneValue,
      ...(isArray ? { style: 'form' as const, explode: false } : {}),
    };
    return path.includes(`{${name}}`) ? ApiParam({ ...full, required: true }) : ApiQuery(full);
  });
  const { ifMatch } = operation;
  const needsKey = idempotency === 'stored' || idempotency === 'committed' || idempotency === 'forwarded';
  return [
    ...described,
    ...(notModified(operation) ? [ApiHeader(entityTagHeader('If-None-Match', 'Answer 304 when this is what there is.',
      false))] : []),
    ...(ifMatch ? [ApiHeader(entityTagHeader('If-Match', 'Change only what has this etag; * for whatever is there.',
      ifMatch === 'required'))] : []),
    ...(needsKey
      ? [
          ApiHeader({
            name: 'Idempotency-Key',
            required: true,
            schema: { type: 'string', minLength: 1, maxLength: 255, example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"' },
            description: 'Unique value, the same on every retry; its answer is kept for 48 hours.',
          }),
        ]
      : []),
  ];
}

/** Whether an unchanged resource is not sent again. */
function notModified({ method, answer }: Operation): boolean {
  return method === 'GET' && 'etag' in fieldsOf(answer);
}

function entityTagHeader(name: string, description: string, required: boolean) {
  return { name, description, required, schema: { type: 'string' as const, maxLength: 200 } };
}

/** Every problem an operation may answer, its own and those of the pipeline, grouped by status. */
function problemResponses(operation: Operation): MethodDecorator[] {
  const { scope, body, rawBody, idempotency, api } = operation;
  const keyed = idempotency === 'stored' || idempotency === 'committed' || idempotency === 'forwarded';
  const possible = [
    ...(operation.problems ?? []),
    problems.invalidRequest,
    ...(body || rawBody ? [problems.malformedBody, problems.bodyTooLarge, problems.unsupportedMediaType] : []),
    ...(scope === null ? [] :
      [problems.invalidToken, problems.missingScope, problems.subscriptionRequired, problems.quotaExceeded]),
    ...(keyed ? [problems.idempotencyKeyMissing, problems.idempotencyKeyInUse, problems.idempotencyKeyReused] : []),
    problems.reducedCapacity,
    problems.versionRetired,
    problems.versionBlackedOut,
    problems.versionBlocked,
    problems.unknownRevision,
    ...(operation.ifMatch ? [problems.preconditionFailed] : []),
    ...(operation.ifMatch === 'required' ? [problems.preconditionRequired] : []),
    problems.internalError,
    problems.vendorUnavailable,
    problems.overloaded,
    problems.deadlineExceeded,
  ];
  const statuses = [...new Set(possible.map((type) => type.status))].sort((a, b) => a - b);
  return statuses.map((status) =>
    ApiResponse({
      status,
      description: [
        ...new Set(possible.filter((type) => type.status === status).map((type) => `${type.slug}: ${type.title}.`)),
      ].join(' '),
      content: Object.fromEntries(
        [...(api.problemsAs === 'plain' ? ['application/json'] : []), 'application/problem+json']
          .map((type) => [type, { schema: { $ref: getSchemaPath(ProblemDocument) } }]),
      ),
    }),
  );
}
