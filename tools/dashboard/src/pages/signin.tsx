import { useState } from "preact/hooks";
import { api, type Problem } from "../../api";
import { isForPages, session, toProblem } from "../lib/http";
import { Command } from "../components/command";
import { CopyButton } from "../components/id_chip";
import { Dialog } from "../components/dialog";
import { Logo } from "../components/icons";
import { ProblemBox } from "../components/problem";

const command = "pulter tokens create --name me --scope admin";

function TokenForm() {
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || !token.trim()) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const made = await api.signIn(token.trim());
      if (!isForPages(made)) {
        await api.endSession(made).catch(() => undefined);
        setProblem({ title: "This token uploads, and nothing else", status: 403, code: "forbidden", detail: `Its scope is ${made.scope}: it belongs into a program or a web page. Make one with the scope admin or read` });
        return;
      }
      session.value = made;
    } catch (error) {
      setProblem(toProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit}>
      <label class="field">
        <span>Token</span>
        <input
          class="input mono"
          type="password"
          name="token"
          autocomplete="current-password"
          spellcheck={false}
          data-first
          autofocus
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
          aria-invalid={problem ? "true" : undefined}
        />
      </label>
      {problem &&
        (problem.status === 401 ? (
          <p class="field-error" role="alert">
            The daemon does not know this token. It may have been revoked; make a new one with the command below.
          </p>
        ) : (
          <ProblemBox problem={problem} advise={problem.code !== "forbidden"} />
        ))}
      <button type="submit" class="button primary block" aria-busy={busy || undefined}>
        Sign in
      </button>
      <p class="muted field">A token is made on the machine of the daemon and shown once:</p>
      <div class="command">
        <Command text={command} />
        <CopyButton text={command} label="Copy the command" bare />
      </div>
    </form>
  );
}

export function SignInPage() {
  document.title = "Sign in · Pulter";
  return (
    <main class="sign-in">
      <div class="brand">
        <Logo /> Pulter
      </div>
      <div class="card">
        <h1>Sign in</h1>
        <TokenForm />
      </div>
    </main>
  );
}

/** The session ended while a page stood: it stays, and goes on after signing in. */
export function SignInDialog() {
  return (
    <Dialog title="Your session ended" onClose={() => undefined}>
      <p>
        It ends after 12 hours, with a restart of the daemon, and with its token. Sign in again to go on: what you typed is still there.
      </p>
      <TokenForm />
    </Dialog>
  );
}
