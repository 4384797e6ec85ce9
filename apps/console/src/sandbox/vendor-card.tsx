// One vendor with its switches; a change is sent at once and shown as the vendor then states it.
import { useState } from 'react';
import { Button, Collapse, Select, Switch, Title } from '@mantine/core';
import { ProblemNote } from '../api/problem-note';
import { counted, duration } from '../format';
import { ToneBadge } from '../shell/tone-badge';
import { changeFaults, clearFaults, type FaultSettings, type Vendor } from './vendors';
import styles from './sandbox.module.css';

const VENDORS: Record<string, { title: string; does: string }> = {
  salesforce: { title: 'Salesforce', does: 'Customers and cases' },
  sap: { title: 'SAP S/4HANA', does: 'Sales orders, deliveries, invoices' },
  wms: { title: 'Warehouse', does: 'Pick, pack, ship' },
  stripe: { title: 'Stripe', does: 'Card payments' },
};

const LATENCIES_MS = [0, 200, 1_000, 5_000, 30_000];
const RATES = [0, 0.05, 0.2, 0.5, 1];

/** What else a vendor may do wrong, in words; switches are on or off, rates are chances for each call. */
const MORE: Record<string, { label: string; kind: 'switch' | 'rate' }> = {
  timeoutAfterSuccess: { label: 'Does it, but the answer is lost', kind: 'rate' },
  rowLock: { label: 'Record locked by somebody else', kind: 'rate' },
  csrfExpiry: { label: 'CSRF token expires', kind: 'rate' },
  warning: { label: 'Success with a warning', kind: 'rate' },
  duplicate: { label: 'Webhooks twice', kind: 'rate' },
  reorder: { label: 'Webhooks out of order', kind: 'rate' },
  refundFailsLate: { label: 'Refunds fail later', kind: 'rate' },
  quotaGone: { label: 'Call quota used up', kind: 'switch' },
  webhooksPaused: { label: 'Webhooks held back', kind: 'switch' },
  periodClosed: { label: 'Accounting period closed', kind: 'switch' },
};

export function VendorCard({ base, vendor, onChanged }: { base: string; vendor: Vendor; onChanged: () => void }) {
  const [error, setError] = useState<unknown>();
  const [more, setMore] = useState(false);
  const { title, does } = VENDORS[vendor.name] ?? { title: vendor.name, does: '' };
  const faults = vendor.faults;
  const active = activeFaults(faults);
  const others = Object.entries(MORE).filter(([name]) => vendor.supports.includes(name));
  const send = (work: Promise<unknown>) => void work.then(() => setError(undefined), setError).finally(onChanged);
  const set = (change: Record<string, unknown>) => send(changeFaults(base, vendor, change));

  return (
    <section className={`card ${styles['vendor']}`} aria-labelledby={`vendor-${vendor.name}`}>
      <div className={styles['head']}>
        <div>
          <Title order={2} id={`vendor-${vendor.name}`}>{title}</Title>
          <div className={styles['does']}>{does}</div>
        </div>
        <span role="status">
          <ToneBadge tone={faults.down ? 'bad' : active > 0 ? 'doubt' : 'good'}>
            {faults.down ? 'Down' : active > 0 ? `${counted(active, 'fault')} on` : 'Healthy'}
          </ToneBadge>
        </span>
      </div>
      <Switch label="Down" description="Every connection is cut" checked={faults.down !== false} color="red.9"
        onChange={(event) => set({ down: event.currentTarget.checked })} />
      <div className={styles['pair']}>
        <Choice label="Latency" values={LATENCIES_MS} value={faults.latencyMs.max}
          text={(ms) => (ms === 0 ? 'None' : duration(ms))}
          onChange={(ms) => set({ latencyMs: { min: ms, max: ms } })} />
        <Choice label="Errors" values={RATES} value={Number(faults['errorRate'])} text={percent}
          onChange={(rate) => set({ errorRate: rate })} />
      </div>
      {error !== undefined && <ProblemNote error={error} />}
      <Collapse expanded={more} id={`more-${vendor.name}`}>
        <div className={styles['more']}>
          {others.map(([name, { label, kind }]) => kind === 'switch'
            ? <Switch key={name} label={label} checked={faults[name] === true}
                onChange={(event) => set({ [name]: event.currentTarget.checked })} />
            : <Choice key={name} label={label} values={RATES} value={Number(faults[name])} text={percent}
                onChange={(rate) => set({ [name]: rate })} />)}
        </div>
      </Collapse>
      <div className={styles['foot']}>
        <Button variant="subtle" size="xs" aria-expanded={more} onClick={() => setMore(!more)}>
          {more ? 'Fewer faults' : `${others.length} more faults`}
        </Button>
        <Button variant="default" size="xs" disabled={active === 0} onClick={() => send(clearFaults(base, vendor))}>
          All faults off<span className="hidden-text"> of {title}</span>
        </Button>
      </div>
    </section>
  );
}

function percent(rate: number): string {
  if (rate === 0) return 'Never';
  return rate === 1 ? 'Always' : `${Math.round(rate * 100)} %`;
}

function activeFaults(faults: FaultSettings): number {
  return Object.entries(faults).filter(([name, value]) =>
    name === 'latencyMs' ? faults.latencyMs.max > 0 : name !== 'timeoutHoldMs' && Boolean(value)).length;
}

interface ChoiceProps {
  label: string;
  values: readonly number[];
  value: number;
  text: (value: number) => string;
  onChange: (value: number) => void;
}

/** One of a few useful values; one that was set by other means is shown among them. */
function Choice({ label, values, value, text, onChange }: ChoiceProps) {
  const offered = [...new Set([...values, value])].sort((a, b) => a - b);
  return (
    <Select label={label} allowDeselect={false} value={String(value)}
      data={offered.map((each) => ({ value: String(each), label: text(each) }))}
      onChange={(chosen) => chosen !== null && onChange(Number(chosen))} />
  );
}
