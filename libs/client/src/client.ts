// Typed calls between layers: the same contract, input and problems whether the callee runs in this process or
// behind HTTP; only the composition root knows which transport an API has.
import type { AnswerOf, Api, ApiContract, CallContext, InputOf, Operation } from '#contracts';

/** Carries one call to where the API runs; throws Problem for every expected failure. */
export interface Transport {
  call(operation: Operation, input: unknown, context: CallContext): Promise<unknown>;
}

export type Client<A extends ApiContract> = {
  readonly [K in keyof A['operations']]: (
    input: InputOf<A['operations'][K]>,
    context: CallContext,
  ) => Promise<AnswerOf<A['operations'][K]>>;
};

/** The clients one API may use: those of the contracts it requires, and no others. */
export class Clients {
  private readonly made = new Map<ApiContract, unknown>();

  constructor(private readonly transports: ReadonlyMap<string, Transport>) {}

  /** A typed client of an API; throws when the API is not among those required by the caller. */
  of<A extends Api>(api: A): Client<A> {
    const known = this.made.get(api);
    if (known) return known as Client<A>;
    const transport = this.transports.get(api.name);
    if (!transport)
      {throw new Error(`${api.name} is not among the contracts this API requires; add it to its ApiDefinition`);}
    const client = Object.fromEntries(
      Object.entries(api.operations).map(([id, operation]) => [
        id,
        (input: unknown, context: CallContext) => transport.call(operation, input, context),
      ]),
    );
    this.made.set(api, client);
    return client as Client<A>;
  }
}
