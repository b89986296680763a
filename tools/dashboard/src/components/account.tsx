import { api } from "../../api";
import { session } from "../lib/http";
import { forgetAll } from "../lib/resource";
import { Dialog } from "./dialog";
import { LiveLine } from "./live_line";
import { ThemeButton } from "./theme_button";

async function signOut() {
  await api.signOut().catch(() => undefined);
  forgetAll();
  window.location.assign("/signin");
}

/** Who is signed in, and the way out. On a small screen also the live state and the theme. */
export function Account({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={`Signed in as ${session.value?.name ?? ""}`} onClose={onClose}>
      <dl class="facts-list">
        <dt>Scope</dt>
        <dd>{session.value?.scope}</dd>
        <dt>Live</dt>
        <dd>
          <LiveLine />
        </dd>
        <dt>Theme</dt>
        <dd>
          <ThemeButton />
        </dd>
      </dl>
      <div class="dialog-actions">
        <button type="button" class="button danger" onClick={signOut}>
          Sign out
        </button>
        <button type="button" class="button" data-first onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
