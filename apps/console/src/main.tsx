// Entry of the console: styles, theme, the way in and the map of pages.
import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import './console.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { MantineProvider } from '@mantine/core';
import { BrowserRouter, Route, Routes } from 'react-router';
import { ApisPage } from './catalog/apis.page';
import { InvariantsPage } from './invariants/invariants.page';
import { JourneyPage } from './journey/journey.page';
import { KpisPage } from './kpis/kpis.page';
import { OrdersPage } from './orders/orders.page';
import { SandboxPage } from './sandbox/sandbox.page';
import { DocsPage } from './portal/docs.page';
import { GraphqlPage } from './portal/graphql.page';
import { ReconciliationPage } from './reconciliation/reconciliation.page';
import { Entrance } from './session/entrance';
import { NothingHere } from './shell/nothing-here';
import { Shell } from './shell/shell';
import { TasksPage } from './tasks/tasks.page';
import { cssVariables, theme } from './theme';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <BrowserRouter>
        <Entrance>
          <Routes>
            <Route element={<Shell />}>
              <Route index element={<OrdersPage />} />
              <Route path="orders/:orderId" element={<JourneyPage />} />
              <Route path="tasks" element={<TasksPage />} />
              <Route path="apis" element={<ApisPage />} />
              <Route path="apis/graphql" element={<GraphqlPage />} />
              <Route path="apis/:name/:version" element={<DocsPage />} />
              <Route path="kpis" element={<KpisPage />} />
              <Route path="reconciliation" element={<ReconciliationPage />} />
              <Route path="invariants" element={<InvariantsPage />} />
              <Route path="sandbox" element={<SandboxPage />} />
              <Route path="*" element={<NothingHere />} />
            </Route>
          </Routes>
        </Entrance>
      </BrowserRouter>
    </MantineProvider>
  </StrictMode>,
);
