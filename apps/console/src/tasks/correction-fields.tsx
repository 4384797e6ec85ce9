// Corrected data for a task that takes it: the address or the customer as the order has them, changed in place; only
// what was changed is sent.
import { useCallback } from 'react';
import { Skeleton, TextInput } from '@mantine/core';
import { answerOf, type Correction, type Order } from '../api/apis';
import { ProblemNote } from '../api/problem-note';
import { useResource } from '../api/use-resource';
import { useConsole } from '../session/console-context';
import styles from './tasks.module.css';

type Part = keyof Correction;

const FIELDS: { part: Part; name: string; label: string; required?: true }[] = [
  { part: 'shippingAddress', name: 'name', label: 'Recipient', required: true },
  { part: 'shippingAddress', name: 'line1', label: 'Street and number', required: true },
  { part: 'shippingAddress', name: 'line2', label: 'Apartment, floor, company' },
  { part: 'shippingAddress', name: 'postalCode', label: 'Postal code', required: true },
  { part: 'shippingAddress', name: 'city', label: 'City', required: true },
  { part: 'shippingAddress', name: 'region', label: 'Region' },
  { part: 'shippingAddress', name: 'country', label: 'Country (ISO 3166)', required: true },
  { part: 'customer', name: 'name', label: 'Customer’s name' },
  { part: 'customer', name: 'email', label: 'Customer’s e-mail' },
];

interface Props {
  subject: string;
  correction: Correction;
  onChange: (correction: Correction) => void;
}

export function CorrectionFields({ subject, correction, onChange }: Props) {
  const { apis } = useConsole();
  const load = useCallback((signal: AbortSignal) => answerOf(apis.orders.GET('/process/orders/v1/orders/{orderId}', {
    params: { path: { orderId: subject } }, signal,
  })), [apis, subject]);
  const { data: order, error } = useResource(load);
  if (error !== undefined) return <ProblemNote error={error} />;
  if (!order) return <Skeleton height={120} />;
  const fields = FIELDS.filter(({ part }) => part === 'customer' || order.shippingAddress);
  return (
    <div className={styles['fields']}>
      {fields.map(({ part, name, label, required }) => (
        <TextInput key={part + name} label={label} required={required} value={valueOf(order, correction, part, name)}
          onChange={(event) => onChange(changed(order, correction, part, name, event.currentTarget.value))} />
      ))}
    </div>
  );
}

function valueOf(order: Order, correction: Correction, part: Part, name: string): string {
  const values = (correction[part] ?? order[part] ?? {}) as Record<string, string | undefined>;
  return values[name] ?? '';
}

function changed(order: Order, correction: Correction, part: Part, name: string, value: string): Correction {
  const values: Record<string, unknown> = { ...(order[part] ?? {}), ...(correction[part] ?? {}), [name]: value };
  if (value === '') delete values[name];
  return { ...correction, [part]: values };
}
