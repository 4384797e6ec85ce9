// The documentation of one API: what it can do, what it expects and answers, and a try-out of each operation.
import { lazy, Suspense, useState } from 'react';
import { Skeleton, Title } from '@mantine/core';
import { useParams } from 'react-router';
import { useDoor } from '../session/console-context';
import type { Caller } from '../session/session';
import { OutIcon } from '../shell/icons';
import { Back } from './back';
import { CallAs } from './call-as';
import styles from './portal.module.css';

const Reference = lazy(async () => ({ default: (await import('./reference')).Reference }));
const DOCUMENT = /^[a-z0-9-]+\.v\d+$/;

export function DocsPage() {
  const { session } = useDoor();
  const { name = '', version = '' } = useParams();
  const document = `${name}.${version}`;
  const [caller, setCaller] = useState<Caller | undefined>(session);
  const known = DOCUMENT.test(document);
  const url = `/openapi/${document}.json`;
  return (
    <>
      <title>{`${document} · Throughline`}</title>
      <section aria-label="API">
        <Back />
        <div className="page-head">
          <Title order={1}>{document}</Title>
          {known && <a href={url} target="_blank" rel="noreferrer">OpenAPI document <OutIcon /></a>}
        </div>
        {known && <CallAs caller={caller} onChange={setCaller} />}
      </section>
      {known ? (
        <div className={`card ${styles['reference']}`}>
          <Suspense fallback={<Skeleton height={480} />}>
            <Reference key={document} document={url} caller={caller} />
          </Suspense>
        </div>
      ) : <main><p>There is no API of this name.</p></main>}
    </>
  );
}
