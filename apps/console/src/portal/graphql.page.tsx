// A workbench for the storefront's GraphQL: a query, its variables and the answer, under the same limits and scopes as
// every caller, with the fields that can be asked for beside it.
import { useCallback, useState } from 'react';
import { Button, Group, Text, Textarea, Title } from '@mantine/core';
import { Awaited } from '../api/awaited';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { useResource } from '../api/use-resource';
import { useDoor } from '../session/console-context';
import type { Caller } from '../session/session';
import pieces from '../shell/pieces.module.css';
import { Back } from './back';
import { CallAs } from './call-as';
import { askGraphql, readFields } from './graphql';
import styles from './portal.module.css';

const EXAMPLE = `query Products($limit: Int) {
  products(limit: $limit) {
    products { sku name }
  }
}`;

export function GraphqlPage() {
  const { session } = useDoor();
  const [caller, setCaller] = useState<Caller | undefined>(session);
  const [query, setQuery] = useState(EXAMPLE);
  return (
    <>
      <title>GraphQL · Throughline</title>
      <Back />
      <div className="page-head"><Title order={1}>Storefront GraphQL</Title></div>
      <CallAs caller={caller} onChange={setCaller} />
      <div className={styles['bench']}>
        <Bench caller={caller} query={query} setQuery={setQuery} />
        <Fields caller={caller} />
      </div>
    </>
  );
}

interface BenchProps {
  caller: Caller | undefined;
  query: string;
  setQuery: (query: string) => void;
}

function Bench({ caller, query, setQuery }: BenchProps) {
  const [variables, setVariables] = useState('{ "limit": 5 }');
  const [answer, setAnswer] = useState<string>();
  const act = useAction(async () => {
    setAnswer(undefined);
    setAnswer(JSON.stringify(await askGraphql(caller, query, variables), null, 2));
  });
  return (
    <section className={`card ${pieces['panel']}`} aria-label="Query">
      <Textarea label="Query" autosize minRows={10} maxRows={28} spellCheck={false} value={query}
        className={pieces['code']} onChange={(event) => setQuery(event.currentTarget.value)} />
      <Textarea label="Variables (JSON)" autosize minRows={2} maxRows={12} spellCheck={false} value={variables}
        className={pieces['code']} onChange={(event) => setVariables(event.currentTarget.value)} />
      <Group><Button loading={act.busy} onClick={act.run}>Run</Button></Group>
      {act.error !== undefined && <ProblemNote error={act.error} />}
      {answer !== undefined && (
        <pre className={styles['answer']} tabIndex={0} role="region" aria-label="Answer">{answer}</pre>
      )}
    </section>
  );
}

function Fields({ caller }: { caller: Caller | undefined }) {
  const load = useCallback(() => readFields(caller), [caller]);
  const { data, error } = useResource(load);
  return (
    <section className={`card ${pieces['panel']}`} aria-labelledby="fields-title">
      <Title order={2} id="fields-title">What can be asked</Title>
      <Awaited data={data} error={error} height={240} />
      {data?.map(({ name, fields }) => (
        <div key={name}>
          <Title order={3}>{name}</Title>
          <dl className={styles['fields']}>
            {fields.map((field) => (
              <div key={field.signature}>
                <dt className="mono">{field.signature}</dt>
                <dd><Text size="xs" c="dimmed">{field.description}</Text></dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </section>
  );
}
