// What a change would do before it is made: whether it is valid, what differs, and whom it concerns.
import { Text } from '@mantine/core';
import type { ChangePreview } from '../api/apis';
import { Note } from '../shell/note';
import pieces from '../shell/pieces.module.css';

export function Preview({ preview }: { preview: ChangePreview }) {
  const { verdict, faults, differences, consumers, exceeding } = preview;
  return (
    <div role="status">
      <Note tone={verdict === 'valid' ? (exceeding.length > 0 ? 'doubt' : 'good') : 'bad'}
        title={verdict === 'valid' ? 'It may be put in force' : 'It is not valid'}>
        {faults.map((fault) => <p key={fault} className={pieces['text']}>{fault}</p>)}
        {differences.length === 0 && <Text size="sm">Nothing would change.</Text>}
        <dl className={pieces['diff']}>
          {differences.map(({ pointer, before, after }) => (
            <div key={pointer}>
              <dt>{pointer || '/'}</dt>
              <dd>
                {before !== undefined && <del>− {before}</del>}{' '}{after !== undefined && <ins>+ {after}</ins>}
              </dd>
            </div>
          ))}
        </dl>
        {consumers.length > 0 && <p className={pieces['text']}>Concerns {consumers.join(', ')}.</p>}
        {exceeding.map((line) => <p key={line} className={pieces['text']}>Over it already: {line}</p>)}
      </Note>
    </div>
  );
}
