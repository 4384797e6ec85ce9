// A reference of another system, in full and one click from the clipboard.
import { ActionIcon, CopyButton } from '@mantine/core';
import { CheckIcon, CopyIcon } from './icons';

export function Copyable({ value, name }: { value: string; name: string }) {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 4, minWidth: 0 }}>
      <span className="mono" style={{ overflowWrap: 'anywhere' }}>{value}</span>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <ActionIcon size="xs" variant="subtle" color="gray" aria-label={copied ? `${name} copied` : `Copy ${name}`}
            onClick={copy}>
            {copied ? <CheckIcon /> : <CopyIcon />}
          </ActionIcon>
        )}
      </CopyButton>
    </span>
  );
}
