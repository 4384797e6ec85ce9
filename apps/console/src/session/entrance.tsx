// The way in: reads the configuration, signs in by itself where the house offers a demo consumer, asks for credentials
// where it does not, and only then shows the pages.
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { Button, Center, Loader, Stack } from '@mantine/core';
import { createApis } from '../api/apis';
import { EventStream } from '../api/event-stream';
import { ProblemNote } from '../api/problem-note';
import { readConsoleConfig, type ConsoleConfig, type Credentials } from './console-config';
import { ConsoleContext, type ConsoleServices } from './console-context';
import { Session } from './session';
import { SignIn } from './sign-in';

type Stage =
  | { name: 'opening' }
  | { name: 'failed'; error: unknown }
  | { name: 'asking'; config: ConsoleConfig }
  | { name: 'open'; services: ConsoleServices };

export function Entrance({ children }: { children: ReactNode }) {
  const [stage, setStage] = useState<Stage>({ name: 'opening' });

  const enter = useCallback(async (config: ConsoleConfig, credentials: Credentials) => {
    const session = await Session.signIn(credentials);
    if (config.mode === 'production') session.remember();
    const signOut = () => {
      Session.forget();
      setStage({ name: 'asking', config });
    };
    const services = { config, session, signOut, apis: createApis(session), stream: new EventStream(session) };
    setStage({ name: 'open', services });
  }, []);

  const open = useCallback(async () => {
    setStage({ name: 'opening' });
    try {
      const config = await readConsoleConfig();
      const credentials = config.demo ?? Session.remembered();
      if (credentials) await enter(config, credentials);
      else setStage({ name: 'asking', config });
    } catch (error) {
      Session.forget();
      setStage({ name: 'failed', error });
    }
  }, [enter]);

  useEffect(() => void open(), [open]);
  const stream = stage.name === 'open' ? stage.services.stream : undefined;
  useEffect(() => {
    stream?.start();
    return () => stream?.stop();
  }, [stream]);

  switch (stage.name) {
    case 'opening':
      return <Center mih="100dvh"><Loader aria-label="Opening the console" /></Center>;
    case 'failed':
      return (
        <Center mih="100dvh" p="md">
          <Stack maw={440}>
            <ProblemNote error={stage.error} />
            <Button onClick={() => void open()}>Try again</Button>
          </Stack>
        </Center>
      );
    case 'asking':
      return <SignIn onSubmit={(credentials) => enter(stage.config, credentials)} />;
    case 'open':
      return <ConsoleContext value={stage.services}>{children}</ConsoleContext>;
  }
}
