// The same door without the hop: a typed call to an API in this process runs its whole pipeline, minus sockets and
// JSON.
import type { CallContext, Caller, Operation } from '#contracts';
import type { ApiRuntime } from './runtime.js';

export class DirectTransport {
  private readonly caller: Caller;

  /** @param runtime the called API; looked up at the first call, since APIs of one process start in any order */
  constructor(
    private readonly runtime: () => ApiRuntime,
    clientId: string,
    scopes: readonly string[],
  ) {
    this.caller = { clientId, scopes: new Set(scopes) };
  }

  async call(operation: Operation, input: unknown, context: CallContext): Promise<unknown> {
    const { params = {}, body } = input as { params?: Record<string, unknown>; body?: unknown };
    const { answer } = await this.runtime().execute(operation, {
      source: 'direct',
      params,
      body,
      caller: this.caller,
      context: { ...context, caller: this.caller },
    });
    return answer.body;
  }
}
