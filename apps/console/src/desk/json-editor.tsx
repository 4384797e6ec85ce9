// Edits a JSON document as text: tries it before it is put in force, and asks why.
import { useState } from 'react';
import { Button, Group, Textarea } from '@mantine/core';
import type { ChangePreview } from '../api/apis';
import { parsedText } from '../api/json-text';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { ConfirmStep } from '../shell/confirm-step';
import pieces from '../shell/pieces.module.css';
import { Preview } from './preview';

type Document = Record<string, unknown>;

interface Props {
  label: string;
  of: string;
  document: Document;
  tryIt: (document: Document) => Promise<ChangePreview>;
  save: (document: Document, reason: string) => Promise<void>;
}

export function JsonEditor({ label, of, document, tryIt, save }: Props) {
  const [text, setText] = useState(() => JSON.stringify(document, null, 2));
  const [preview, setPreview] = useState<ChangePreview>();
  const trial = useAction(async () => {
    setPreview(undefined);
    setPreview(await tryIt(parsed(text)));
  });
  const change = (value: string) => {
    setText(value);
    setPreview(undefined);
  };
  return (
    <div className={pieces['panels']}>
      <Textarea label={label} autosize minRows={5} maxRows={24} spellCheck={false} value={text}
        className={pieces['code']} onChange={(event) => change(event.currentTarget.value)} />
      <Group gap="xs" align="flex-start">
        <Button size="xs" variant="default" loading={trial.busy} onClick={trial.run}>
          See what it would do<span className="hidden-text"> ({of})</span>
        </Button>
        {preview?.verdict === 'valid' && preview.differences.length > 0 && (
          <ConfirmStep label="Put in force…" of={of} does="It is in force everywhere within a second."
            send={async (reason) => { await save(parsed(text), reason); setPreview(undefined); }} />
        )}
      </Group>
      {trial.error !== undefined && <ProblemNote error={trial.error} />}
      {preview && <Preview preview={preview} />}
    </div>
  );
}

const parsed = (text: string) => parsedText(text, 'This is no JSON') as Document;
