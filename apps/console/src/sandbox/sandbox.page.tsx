// Where one breaks things on purpose: takes a vendor down, makes it slow or unreliable, and watches the orders queue.
import { useCallback } from 'react';
import { Skeleton, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { ProblemNote } from '../api/problem-note';
import { useLookAgain } from '../api/use-live';
import { useResource } from '../api/use-resource';
import { useConsole } from '../session/console-context';
import { listVendors } from './vendors';
import { VendorCard } from './vendor-card';
import styles from './sandbox.module.css';

const LOOK_MS = 5_000;

export function SandboxPage() {
  const { config } = useConsole();
  return (
    <>
      <title>Sandbox · Throughline</title>
      <div className="page-head">
        <div>
          <Title order={1}>Sandbox vendors</Title>
          <Text size="sm" c="dimmed" mt={2}>
            They speak the vendors’ own protocols. Take one down, place an order and <Link to="/">watch it wait</Link>.
          </Text>
        </div>
      </div>
      {config.sandboxUrl === undefined
        ? <Text c="dimmed">This house runs against real vendors; there is nothing to break here.</Text>
        : <Vendors base={config.sandboxUrl} />}
    </>
  );
}

function Vendors({ base }: { base: string }) {
  const load = useCallback(() => listVendors(base), [base]);
  const { data, error, reload } = useResource(load);
  useLookAgain(reload, LOOK_MS);
  if (error !== undefined && !data) return <ProblemNote error={error} />;
  if (!data) return <Skeleton height={360} />;
  return (
    <div className={styles['vendors']}>
      {data.map((vendor) => <VendorCard key={vendor.name} base={base} vendor={vendor} onChanged={reload} />)}
    </div>
  );
}
