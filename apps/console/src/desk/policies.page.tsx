// The policies in force: what each decides, since when and why; changed as a document, with a look at what would
// differ.
import { useCallback } from 'react';
import { Title } from '@mantine/core';
import { answerOf, type PolicyDocument } from '../api/apis';
import { Awaited } from '../api/awaited';
import { useResource } from '../api/use-resource';
import { moment } from '../format';
import { useConsole } from '../session/console-context';
import pieces from '../shell/pieces.module.css';
import { Desk } from './desk';
import { JsonEditor } from './json-editor';

export function PoliciesPage() {
  const { apis } = useConsole();
  const load = useCallback(async (signal: AbortSignal) =>
    (await answerOf(apis.platform.GET('/platform/v1/policies', { signal }))).policies, [apis]);
  const { data, error, reload } = useResource(load);
  return (
    <Desk title="Policies">
      <div className={pieces['panels']}>
        <Awaited data={data} error={error} height={320} />
        {data?.map((policy) => <Policy key={`${policy.name} ${policy.version}`} policy={policy} onDone={reload} />)}
      </div>
    </Desk>
  );
}

function Policy({ policy, onDone }: { policy: PolicyDocument; onDone: () => void }) {
  const { apis } = useConsole();
  const { name, version, description, document, schema, reason, createdBy, createdAt, etag } = policy;
  const params = { path: { policyName: name } };
  const tryIt = (changed: Record<string, unknown>) => answerOf(
    apis.platform.POST('/platform/v1/policies/{policyName}/trials', {
      params, body: { document: changed, reason: 'Only a trial' } }));
  const save = async (changed: Record<string, unknown>, why: string) => {
    await answerOf(apis.platform.PUT('/platform/v1/policies/{policyName}', {
      params: { ...params, header: { 'If-Match': etag } }, body: { document: changed, reason: why },
    }));
    onDone();
  };
  return (
    <section className={`card ${pieces['panel']}`} aria-labelledby={`policy-${name}`}>
      <div>
        <Title order={2} id={`policy-${name}`}>{name}</Title>
        <p className={pieces['text']}>{description}</p>
        <p className={pieces['meta']}>
          Version {version}, {reason}, by {createdBy}{createdAt ? `, ${moment(createdAt)}` : ''}
        </p>
      </div>
      <JsonEditor label={`Document of ${name}`} of={name} document={document} tryIt={tryIt} save={save} />
      <details>
        <summary className={pieces['text']}>Its JSON Schema</summary>
        <pre className={pieces['pre']} tabIndex={0}>{JSON.stringify(schema, null, 2)}</pre>
      </details>
    </section>
  );
}
