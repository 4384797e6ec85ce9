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
import { SandboxPage } from './sandbox/sandbox.page';
import { AccountPage } from './portal/account.page';
import { CataloguePage } from './portal/catalogue.page';
import { ChangelogPage } from './portal/changelog.page';
import { DocsPage } from './portal/docs.page';
import { GraphqlPage } from './portal/graphql.page';
import { ReconciliationPage } from './reconciliation/reconciliation.page';
import { SignUpPage } from './portal/sign-up.page';
import { UsagePage } from './portal/usage.page';
import { WebhooksPage } from './portal/webhooks.page';
import { ApprovalsPage } from './desk/approvals.page';
import { AuditPage } from './desk/audit.page';
import { ConsumersPage } from './desk/consumers.page';
import { DeliveriesPage } from './desk/deliveries.page';
import { PlansPage } from './desk/plans.page';
import { PoliciesPage } from './desk/policies.page';
import { VersionPage } from './desk/version.page';
import { VersionsPage } from './desk/versions.page';
import { Entrance } from './session/entrance';
import { Home } from './session/home';
import { SignInPage } from './session/sign-in.page';
import { NothingHere } from './shell/nothing-here';
import { Shell } from './shell/shell';
import { VisitorShell } from './shell/visitor-shell';
import { TasksPage } from './tasks/tasks.page';
import { cssVariables, theme } from './theme';

/** Pages that show the same to visitors and to who has signed in. */
const forEverybody = (
  <>
    <Route path="portal" element={<CataloguePage />} />
    <Route path="portal/changelog" element={<ChangelogPage />} />
    <Route path="portal/sign-up" element={<SignUpPage />} />
    <Route path="apis/graphql" element={<GraphqlPage />} />
    <Route path="apis/:name/:version" element={<DocsPage />} />
    <Route path="sign-in" element={<SignInPage />} />
  </>
);

const deskPages = (
  <>
    <Route path="desk" element={<VersionsPage />} />
    <Route path="desk/versions/:name/:version" element={<VersionPage />} />
    <Route path="desk/plans" element={<PlansPage />} />
    <Route path="desk/consumers" element={<ConsumersPage />} />
    <Route path="desk/approvals" element={<ApprovalsPage />} />
    <Route path="desk/policies" element={<PoliciesPage />} />
    <Route path="desk/deliveries" element={<DeliveriesPage />} />
    <Route path="desk/audit" element={<AuditPage />} />
  </>
);

function Visitors() {
  return (
    <Routes>
      <Route element={<VisitorShell />}>
        {forEverybody}
        <Route path="*" element={<SignInPage />} />
      </Route>
    </Routes>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <BrowserRouter>
        <Entrance visitors={<Visitors />}>
          <Routes>
            <Route element={<Shell />}>
              <Route index element={<Home />} />
              <Route path="orders/:orderId" element={<JourneyPage />} />
              <Route path="tasks" element={<TasksPage />} />
              <Route path="apis" element={<ApisPage />} />
              <Route path="kpis" element={<KpisPage />} />
              <Route path="reconciliation" element={<ReconciliationPage />} />
              <Route path="portal/account" element={<AccountPage />} />
              <Route path="portal/usage" element={<UsagePage />} />
              <Route path="portal/webhooks" element={<WebhooksPage />} />
              {forEverybody}
              {deskPages}
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
