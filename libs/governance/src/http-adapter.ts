// HTTP is one way to make a call: reads the request, runs the pipeline, writes the answer or an RFC 9457 problem.
// Also answers what never reaches a route: unknown paths, wrong methods, bodies that cannot be read.
import {
  Catch,
  HttpException,
  Injectable,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, type Observable } from 'rxjs';
import { newId, Problem, problems, type ApiContract, type Operation, type RawBody } from '#contracts';
import { Config } from '#config';
import { createLogger } from '#telemetry';
import { DPOP_ALGORITHMS } from './dpop.js';
import { operationOf } from './implements.js';
import { ApiRuntime } from './runtime.js';

const logger = createLogger('http');
type RawRequest = FastifyRequest & { rawBody?: Buffer };

@Injectable()
export class HttpAdapter implements NestInterceptor {
  constructor(
    private readonly runtime: ApiRuntime,
    private readonly config: Config,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const operation = context.getType() === 'http' ? operationOf(context.getHandler()) : undefined;
    if (!operation) return next.handle();
    const http = context.switchToHttp();
    return from(this.serve(operation, http.getRequest<RawRequest>(), http.getResponse<FastifyReply>()));
  }

  private async serve(operation: Operation, request: RawRequest, reply: FastifyReply): Promise<void> {
    const headers: Record<string, string> = {};
    try {
      const { answer, headers: all } = await this.runtime.execute(
        operation,
        {
          source: 'http',
          headers: request.headers,
          url: request.url.split('?', 1)[0],
          address: request.ip,
          body: bodyOf(operation, request),
          params: { ...(request.query as object), ...(request.params as object) },
        },
        headers,
      );
      const said = all['link']?.includes('rel="next"');
      const next = said ? undefined : nextPage(operation, request, answer.body, this.config.publicUrl);
      const link = [all['link'], next].filter((one) => one !== undefined).join(', ');
      if (link !== '') void reply.header('link', link);
      const { link: _said, ...others } = all;
      void reply
        .status(answer.status)
        .headers(others)
        .send(answer.status === 204 ? undefined : answer.body);
    } catch (error) {
      sendProblem(reply, asProblem(error), this.config.publicUrl, headers, operation.api);
    }
  }
}

/** Problems that arise before a route is found or a body is read, whether Nest or Fastify notices them. */
@Catch()
@Injectable()
export class HttpProblemFilter implements ExceptionFilter {
  constructor(
    private readonly runtime: ApiRuntime,
    private readonly config: Config,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.sent) return;
    const { contract } = this.runtime.definition;
    sendProblem(reply, this.explain(error, request, reply), this.config.publicUrl, {}, contract);
  }

  private explain(error: unknown, request: FastifyRequest, reply: FastifyReply): Problem {
    const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number }).statusCode;
    const path = request.url.split('?', 1)[0]!;
    if (status === 404) {
      const allowed = this.methodsOf(path);
      if (allowed.length === 0) return new Problem(problems.notFound, { detail: `There is nothing at ${path}.` });
      void reply.header('allow', allowed.join(', '));
      return new Problem(problems.methodNotAllowed, {
        detail: `${path} takes ${allowed.join(', ')}, not ${request.method}.`,
      });
    }
    if (status === 413) return new Problem(problems.bodyTooLarge, { detail: 'The body is larger than 1 MiB.' });
    if (status === 415) {
      const given = request.headers['content-type'] ?? 'No content type';
      return new Problem(problems.unsupportedMediaType, { detail: `${given} is not supported.` });
    }
    if (status === 400) return new Problem(problems.malformedBody, { detail: (error as Error).message });
    return asProblem(error);
  }

  private methodsOf(path: string): string[] {
    const { basePath, operations } = this.runtime.definition.contract;
    return Object.values(operations)
      .filter((operation) => {
        const pattern = (basePath + operation.path).replace(/\{\w+\}/g, '[^/]+');
        return new RegExp(`^${pattern}$`).test(path);
      })
      .map((operation) => operation.method);
  }
}

/** Link to the page that follows (RFC 8288): the same request with the cursor the page names. */
function nextPage(operation: Operation, request: RawRequest, body: unknown, base: string): string | undefined {
  const next = (body as { next?: unknown } | null | undefined)?.next;
  if (operation.method !== 'GET' || typeof next !== 'string') return undefined;
  const [path, query = ''] = request.url.split('?', 2) as [string, string?];
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', next);
  return `<${base}${path}?${parameters.toString()}>; rel="next"`;
}

/** @throws Problem unsupported-media-type: Fastify by itself reads plain text too, which no operation takes */
function bodyOf(operation: Operation, request: RawRequest): RawBody | unknown {
  if (operation.rawBody) {
    return { raw: request.rawBody ?? Buffer.alloc(0), headers: request.headers as RawBody['headers'] };
  }
  return request.body;
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  logger.error({ err: error }, 'unexpected failure in the HTTP adapter');
  return new Problem(problems.internalError, { detail: 'The request failed unexpectedly.' }, { cause: error });
}

/** Writes a problem; where a caller takes only application/json (Salesforce), the same document under that type. */
function sendProblem(
  reply: FastifyReply, problem: Problem, base: string, headers: Record<string, string>, api: ApiContract,
): void {
  const { retryAfterSeconds } = problem.details;
  const accept = reply.request.headers.accept ?? '*/*';
  const onlyJson = accept.includes('application/json') && !accept.includes('*/*');
  const plain = !accept.includes('problem+json') && (api.problemsAs === 'plain' || onlyJson);
  const instance = headers['x-request-id'] ?? newId('req');
  void reply
    .status(problem.type.status)
    .headers({
      ...headers,
      'content-type': plain ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8',
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      ...(problem.type.status === 401 ? { 'www-authenticate': challenge(problem, base) } : {}),
    })
    .send(JSON.stringify(problem.toJSON(base, instance)));
}

/** How to get in, by RFC 6750 and RFC 9728; a header is one line. */
function challenge({ type }: Problem, base: string): string {
  const error = type.slug.replace('-', '_');
  const metadata = `${base}/.well-known/oauth-protected-resource`;
  return `Bearer realm="throughline", error="${error}", resource_metadata="${metadata}", `
    + `DPoP algs="${DPOP_ALGORITHMS.join(' ')}"`;
}
