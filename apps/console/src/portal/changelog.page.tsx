// What changes in the APIs, newest first: the same feed that programs follow as JSON Feed.
import { useCallback } from 'react';
import { Text, Title } from '@mantine/core';
import { answerOf, openApi } from '../api/apis';
import { Awaited } from '../api/awaited';
import { useResource } from '../api/use-resource';
import pieces from '../shell/pieces.module.css';
import { OutIcon } from '../shell/icons';
import { When } from '../shell/when';
import { Portal } from './portal';

export function ChangelogPage() {
  const load = useCallback(
    (signal: AbortSignal) => answerOf(openApi.GET('/platform/v1/changelog', { signal })), []);
  const { data, error } = useResource(load);
  return (
    <Portal title="Changelog">
      <Awaited data={data} error={error} height={320} />
      {data && (
        <section className={`card ${pieces['panel']}`} aria-label="Entries">
          <Text size="sm">
            Follow it with any feed reader:{' '}
            <a href="/platform/v1/changelog" target="_blank" rel="noreferrer">JSON Feed <OutIcon /></a>
          </Text>
          {data.items.length === 0 && <Text size="sm" c="dimmed">Nothing has changed yet.</Text>}
          <ul className={pieces['list']}>
            {data.items.map((item) => (
              <li key={item.id}>
                <Title order={2}>{item.title}</Title>
                <p className={pieces['text']}>{item.content_text}</p>
                <p className={pieces['meta']}>
                  <When at={item.date_published} /> · {item.tags.join(' · ')}
                </p>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Portal>
  );
}
