// The desk of exceptions, live: what needs a person, grouped by cause so that one answer can settle many.
import { useState } from 'react';
import { Stack, Text, Title } from '@mantine/core';
import { useSearchParams } from 'react-router';
import type { GroupOutcome } from '../api/apis';
import { Awaited } from '../api/awaited';
import { ToneBadge } from '../shell/tone-badge';
import { GroupCard, OutcomeNote } from './group-card';
import { useTaskGroups } from './use-tasks';

export function TasksPage() {
  const { data: groups, error, reload } = useTaskGroups();
  const [query, setQuery] = useSearchParams();
  const [outcome, setOutcome] = useState<{ outcome: GroupOutcome; cause: string }>();
  const open = query.get('group') ?? (groups?.length === 1 ? groups[0]?.groupId : undefined);
  // An empty group stands for "none", or the only one could not be closed.
  const toggle = (groupId: string) => setQuery({ group: open === groupId ? '' : groupId }, { replace: true });
  const total = groups?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const overdue = groups?.reduce((sum, group) => sum + group.overdue, 0) ?? 0;
  return (
    <>
      <title>Tasks · Throughline</title>
      <div className="page-head">
        <div>
          <Title order={1}>Tasks</Title>
          <Text size="sm" c="dimmed" mt={2}>
            What needs a person, by cause. Past its due time a task becomes a case.
          </Text>
        </div>
        {total > 0 && <span className="number">{total} open</span>}
        {overdue > 0 && <ToneBadge tone="bad">{overdue} overdue</ToneBadge>}
      </div>
      <Stack gap="md">
        <Awaited data={groups} error={error} height={220} />
        {outcome && <OutcomeNote {...outcome} onClose={() => setOutcome(undefined)} />}
        {groups?.length === 0 && (
          <section className="card" aria-label="Tasks">
            <Text p="xl" c="dimmed">Nothing needs a person. When a step fails for good, it appears here at once.</Text>
          </section>
        )}
        {groups?.map((group) => (
          <GroupCard key={group.groupId} group={group} open={open === group.groupId} reload={reload}
            onToggle={() => toggle(group.groupId)}
            onOutcome={(became, cause) => setOutcome({ outcome: became, cause })} />
        ))}
      </Stack>
    </>
  );
}
