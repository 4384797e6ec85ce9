// API versions as the control plane shows them: what the catalog says of each, where it stands by the data, and the
// steps that brought it there.
import { Injectable } from '@nestjs/common';
import {
  documentName, Problem, problems, type ApiEntry, type ApiTransition, type ApiVersion,
} from '#contracts';
import { Database } from '#database';
import {
  lifecycleOf, possibleActions, revisionsOf, type ApiDefinition, type ApiVersionRow, type Lifecycle,
} from '#governance';

const TRANSITIONS_MAX = 100;

export interface CatalogEntry {
  readonly definition: ApiDefinition;
  /** True when the process that answers serves this API itself. */
  readonly servedHere: boolean;
}

/** The catalog as the composition root knows it, which provides it to the control plane. */
export class ApiCatalogSource {
  constructor(readonly entries: readonly CatalogEntry[]) {}
}

interface TransitionRow {
  id: string; api: string; name: string; at: Date; actor: string; action: string; from_state: string;
  to_state: string; reason: string; forced: boolean; sunset_at: Date | null; successor: string | null;
  black_out: { from: string; to: string } | null;
}

@Injectable()
export class ApiVersionReader {
  constructor(private readonly source: ApiCatalogSource, private readonly database: Database) {}

  /** Every version of the catalog. */
  async all(): Promise<ApiEntry[]> {
    const rows = await this.database.query<ApiVersionRow>('select * from governance.api_version');
    const known = new Map(rows.map((row) => [row.api, lifecycleOf(row)]));
    return this.source.entries.map((entry) =>
      entryOf(entry, known.get(documentName(entry.definition.contract)) ?? entry.definition.lifecycle));
  }

  /** @throws Problem not-found */
  entry(api: string): CatalogEntry {
    const found = this.source.entries.find(({ definition }) => documentName(definition.contract) === api);
    if (found) return found;
    throw new Problem(problems.notFound, { detail: `There is no API version ${api}; see GET /platform/v1/apis.` });
  }

  /** Where a version stands by the data, not by this process's memory. */
  async lifecycle(api: string): Promise<Lifecycle> {
    const [row] = await this.database.query<ApiVersionRow>(
      'select * from governance.api_version where api = $1', [api]);
    return row ? lifecycleOf(row) : this.entry(api).definition.lifecycle;
  }

  /** @throws Problem not-found */
  async read(api: string): Promise<ApiVersion> {
    const entry = this.entry(api);
    const lifecycle = await this.lifecycle(api);
    return {
      ...entryOf(entry, lifecycle), blackOuts: [...(lifecycle.blackOuts ?? [])],
      actions: possibleActions(lifecycle.state), transitions: (await this.transitions(api)).map(transitionOf),
    };
  }

  /** Steps of one or all versions, newest first. */
  transitions(api?: string): Promise<TransitionRow[]> {
    return this.database.query<TransitionRow>(
      `select * from governance.api_transition where $1::text is null or api = $1 order by id desc
        limit ${TRANSITIONS_MAX}`, [api ?? null]);
  }
}

function entryOf({ definition, servedHere }: CatalogEntry, lifecycle: Lifecycle): ApiEntry {
  const { contract, requires } = definition;
  const { name, layer, title, description, version, basePath } = contract;
  const { state, publishedAt, deprecatedAt, sunsetAt, retiredAt, successor } = lifecycle;
  return {
    name, api: documentName(contract), layer, title, description, version, basePath, servedHere, lifecycle: state,
    openapi: `/openapi/${documentName(contract)}.json`, requires: requires.map((required) => required.name),
    revisions: [...revisionsOf(definition).dates],
    ...(publishedAt ? { publishedAt } : {}), ...(deprecatedAt ? { deprecatedAt } : {}),
    ...(sunsetAt ? { sunsetAt } : {}), ...(retiredAt ? { retiredAt } : {}), ...(successor ? { successor } : {}),
  };
}

function transitionOf(row: TransitionRow): ApiTransition {
  const { id, api, at, actor, action, reason, forced } = row;
  return { id, api, at: at.toISOString(), actor, action, from: row.from_state, to: row.to_state, reason, forced };
}
