// The catalog: every API of the house as a value. It is the start list, the console's map, and the proof that arrows
// point down.
import { experienceApis } from '#experience';
import { platformApis } from '#platform';
import { processApis, type ProcessApi } from '#process';
import { systemApis } from '#system';
import type { ApiDefinition } from '#governance';

export const catalog: readonly (ApiDefinition | ProcessApi)[] = [
  ...systemApis, ...processApis, ...experienceApis, ...platformApis,
];

/** APIs a process serves: all, or those named in APIS by full name (`process/orders`) or by layer (`process`). */
export function servedApis(selection: readonly string[]): (ApiDefinition | ProcessApi)[] {
  const unknown = selection.filter((name) => !catalog.some(({ contract }) => matches(name, contract)));
  if (unknown.length > 0) {
    const names = catalog.map(({ contract }) => contract.name).join(', ');
    throw new Error(`APIS names ${unknown.join(', ')}, which is not in the catalog. Known: ${names}, or a layer.`);
  }
  return catalog.filter(({ contract }) => selection.length === 0 || selection.some((name) => matches(name, contract)));
}

function matches(name: string, contract: ApiDefinition['contract']): boolean {
  return name === contract.name || name === contract.layer;
}
