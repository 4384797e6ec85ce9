// The changelog feed: the steps API versions took, and the dated changes inside them, in sentences for who calls them.
import { documentName, type ChangelogItem } from '#contracts';
import type { ApiDefinition } from '#governance';

const ITEMS_MAX = 200;

interface Transition {
  readonly id: string; readonly api: string; readonly name: string; readonly at: Date; readonly action: string;
  readonly reason: string; readonly sunset_at: Date | null; readonly successor: string | null;
  readonly black_out: { readonly from: string; readonly to: string } | null;
}

const HEADLINES: Readonly<Record<string, string>> = {
  publish: 'is published', deprecate: 'is deprecated', blackOut: 'will be blacked out', retire: 'is retired',
  block: 'is blocked for now', unblock: 'is open again',
};

/** Newest first. */
export function changelogOf(
  apis: readonly ApiDefinition[], transitions: readonly Transition[], base: string,
): ChangelogItem[] {
  const revisions = apis.flatMap(({ contract, gates = [] }) => gates.map(({ date, change }): ChangelogItem => {
    const api = documentName(contract);
    return {
      id: `${api}:${date}`, title: `${contract.title} v${contract.version} has a revision ${date}`,
      content_text: `${change} Get it with API-Version: ${date}; without it nothing changes for you.`,
      date_published: `${date}T00:00:00.000Z`, tags: [api, 'revision'], url: `${base}/openapi/${api}.json`,
    };
  }));
  const steps = transitions.map((step): ChangelogItem => ({
    id: step.id, title: `${step.name} (${step.api}) ${HEADLINES[step.action] ?? step.action}`,
    content_text: [step.reason, ...consequences(step)].join(' '), date_published: step.at.toISOString(),
    tags: [step.api, step.action], url: `${base}/openapi/${step.api}.json`,
  }));
  return [...revisions, ...steps]
    .sort((one, other) => other.date_published.localeCompare(one.date_published)).slice(0, ITEMS_MAX);
}

function consequences({ action, sunset_at: sunset, successor, black_out: blackOut }: Transition): string[] {
  return [
    ...(action === 'deprecate' && sunset ? [`It ends on ${sunset.toISOString()}.`] : []),
    ...(blackOut ? [`It answers 410 from ${blackOut.from} to ${blackOut.to}.`] : []),
    ...(successor ? [`Move to ${successor}.`] : []),
  ];
}
