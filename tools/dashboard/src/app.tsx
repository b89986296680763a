import { useEffect, useState } from "preact/hooks";
import { api, type Problem } from "../api";
import { isForPages, session, toProblem } from "./lib/http";
import { startLive } from "./lib/live";
import { followNames, loadNames } from "./lib/names";
import { address, navigate, safeNext } from "./lib/router";
import { followAttention } from "./lib/attention";
import { ProblemBox } from "./components/problem";
import { LiveRegion } from "./components/live_region";
import { Toasts } from "./components/toast";
import { Shell } from "./components/shell";
import { SignInDialog, SignInPage } from "./pages/signin";
import { Overview } from "./pages/overview/overview";
import { Imports } from "./pages/imports/imports";
import { ImportPage } from "./pages/import/import_page";
import { Events } from "./pages/events/events";
import { EventPage } from "./pages/event/event_page";
import { Webhooks } from "./pages/webhooks/webhooks";
import { WebhookPage } from "./pages/webhooks/webhook_page";
import { WebhookForm } from "./pages/webhooks/webhook_form";
import { Importers } from "./pages/importers/importers";
import { ImporterPage } from "./pages/importers/importer_page";
import { ImporterForm } from "./pages/importers/importer_form";
import { Upload } from "./pages/upload/upload";
import { Missing } from "./pages/missing";

/** The parts of a path; undefined where one of them is no text ("%E0%"). */
function partsOf(path: string): string[] | undefined {
  try {
    return path.split("/").slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** The page of a path. */
function page(path: string) {
  const parts = partsOf(path);
  if (!parts) return <Missing path={path} />;
  const [kind, id, verb] = parts;
  switch (kind) {
    case "":
      return <Overview />;
    case "imports":
      return id ? <ImportPage key={id} id={id} /> : <Imports />;
    case "events":
      return id ? <EventPage key={id} id={id} /> : <Events />;
    case "webhooks":
      if (id === "new") return <WebhookForm />;
      if (id && verb === "edit") return <WebhookForm key={id} id={id} />;
      return id ? <WebhookPage key={id} id={id} /> : <Webhooks />;
    case "importers":
      if (id === "new") return <ImporterForm />;
      if (id && verb === "edit") return <ImporterForm key={id} id={id} />;
      return id ? <ImporterPage key={id} id={id} /> : <Importers />;
    case "upload":
      return <Upload />;
    default:
      return <Missing path={path} />;
  }
}

function SignedIn() {
  useEffect(() => {
    void loadNames();
    const ends = [startLive(), followNames(), followAttention()];
    return () => ends.forEach((end) => end());
  }, []);
  return <Shell>{page(address.value.path)}</Shell>;
}

let wasSignedIn = false;

export function App() {
  const current = session.value;
  const [problem, setProblem] = useState<Problem>();
  const ask = () =>
    api.session().then(
      (value) => (session.value = isForPages(value) ? value : null),
      (error) => {
        const found = toProblem(error);
        // Only who is refused has to sign in: a daemon that cannot answer says nothing about a session.
        if (found.status === 401) session.value = null;
        else setProblem(found);
      },
    );
  useEffect(() => void ask(), []);
  const { path, query } = address.value;
  const onSignIn = path === "/signin";
  useEffect(() => {
    if (current && onSignIn) navigate(safeNext(query.get("next")), { replace: true });
    if (current === null && !wasSignedIn && !onSignIn) {
      navigate(`/signin?next=${encodeURIComponent(path + window.location.search)}`, { replace: true });
    }
  }, [current, onSignIn]);
  if (current) wasSignedIn = true;
  if (current === undefined) {
    return (
      problem && (
        <main class="sign-in">
          <h1 class="offscreen">Pulter</h1>
          <ProblemBox problem={problem} onRetry={ask} />
        </main>
      )
    );
  }
  if (onSignIn || (current === null && !wasSignedIn)) return <SignInPage />;
  return (
    <>
      {/* A session that ended leaves the page as it is, with what was typed; signing in again goes on there. */}
      <SignedIn />
      {current === null && <SignInDialog />}
      <Toasts />
      <LiveRegion />
    </>
  );
}
