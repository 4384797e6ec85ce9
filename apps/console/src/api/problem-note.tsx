// Shows a failure in the house's own words: title, detail and the fields at fault.
import { List, Text } from '@mantine/core';
import { Note } from '../shell/note';
import { ProblemError } from './problem';

export function ProblemNote({ error }: { error: unknown }) {
  const text = error instanceof Error ? error.message : String(error);
  const { title, detail, errors } = error instanceof ProblemError
    ? error
    : new ProblemError('Something went wrong in the console', text, 0);
  return (
    <Note tone="bad" title={title} role="alert">
      <Text size="sm">{detail}</Text>
      {errors.length > 0 && (
        <List size="sm" mt="xs">
          {errors.map((entry) => (
            <List.Item key={`${entry.pointer ?? entry.parameter}${entry.detail}`}>
              {entry.pointer ?? entry.parameter}: {entry.detail}
            </List.Item>
          ))}
        </List>
      )}
    </Note>
  );
}
