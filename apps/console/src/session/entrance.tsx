// The way in: reads the configuration, signs in by itself where the house offers a demo consumer or this tab remembers
// who one was, and lets visitors see what is for everybody.
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { Button, Center, Loader, Stack } from '@mantine/core';
import { createApis } from '../api/apis';
import { EventStream } from '../api/event-stream';
import { ProblemError } from '../api/problem';
import { ProblemNote } from '../api/problem-note';
import { readConsoleConfig, type ConsoleConfig, type Credentials } from './console-config';
import { ConsoleContext, DoorContext, type ConsoleServices } from './console-context';
import { Session } from './session';

type Stage =
  | { name: 'opening' }
  | { name: 'failed'; error: unknown }
  | { name: 'visiting'; config: ConsoleConfig }
  | { name: 'open'; services: ConsoleServices; mayLeave: boolean };

const TOO_MANY = 429;

/** @param children the pages of who has signed in @param visitors those of who has not */
export function Entrance({ children, visitors }: { children: ReactNode; visitors: ReactNode }) {
  const [stage, setStage] = useState<Stage>({ name: 'opening' });

  const enter = useCallback(async (config: ConsoleConfig, credentials: Credentials, mayLeave = true) => {
    const session = await Session.signIn(credentials);
    if (mayLeave) session.remember();
    const services = { config, session, apis: createApis(session), stream: new EventStream(session) };
    setStage({ name: 'open', services, mayLeave });
  }, []);

  const open = useCallback(async () => {
    setStage({ name: 'opening' });
    try {
      const config = await readConsoleConfig();
      const remembered = Session.remembered();
      if (remembered) await enter(config, remembered);
      else if (config.demo) await enter(config, config.demo, false);
      else setStage({ name: 'visiting', config });
    } catch (error) {
      if (isRefusal(error)) Session.forget();
      setStage({ name: 'failed', error });
    }
  }, [enter]);

  useEffect(() => void open(), [open]);
  const stream = stage.name === 'open' && stage.services.session.may('events:read') ? stage.services.stream : undefined;
  useEffect(() => {
    stream?.start();
    return () => stream?.stop();
  }, [stream]);

  const config = stage.name === 'open' ? stage.services.config : stage.name === 'visiting' ? stage.config : undefined;
  const door = useMemo(() => (config === undefined ? undefined : {
    config,
    session: stage.name === 'open' ? stage.services.session : undefined,
    enter: (credentials: Credentials) => enter(config, credentials),
    mayLeave: stage.name === 'open' && stage.mayLeave,
    leave: () => {
      Session.forget();
      void open();
    },
  }), [config, stage, enter, open]);

  if (stage.name === 'failed') return <Failed error={stage.error} again={() => void open()} />;
  if (door === undefined) return <Center mih="100dvh"><Loader aria-label="Opening the console" /></Center>;
  return (
    <DoorContext value={door}>
      {stage.name === 'open'
        ? <ConsoleContext key={stage.services.session.clientId} value={stage.services}>{children}</ConsoleContext>
        : visitors}
    </DoorContext>
  );
}

/** Whether the credentials are to blame; a house that is away, or has too much to do, may take them later. */
function isRefusal(error: unknown): boolean {
  return error instanceof ProblemError && error.status >= 400 && error.status < 500 && error.status !== TOO_MANY;
}

function Failed({ error, again }: { error: unknown; again: () => void }) {
  return (
    <Center mih="100dvh" p="md">
      <Stack maw={440}>
        <ProblemNote error={error} />
        <Button onClick={again}>Try again</Button>
      </Stack>
    </Center>
  );
}
