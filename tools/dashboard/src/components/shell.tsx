import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api } from "../../api";
import { forgetAll } from "../lib/resource";
import { session } from "../lib/http";
import { useKeys } from "../lib/keys";
import { liveState } from "../lib/live";
import { address, navigate } from "../lib/router";
import { disabledWebhooks, haltedImports } from "../lib/attention";
import { setTheme, theme, isDark } from "../lib/theme";
import { DropAnywhere } from "./drop_anywhere";
import { Help } from "./help";
import { Icon, Logo, type IconName } from "./icons";
import { LiveLine, LiveShort, toggleLive } from "./live_line";

const places: { href: string; word: string; icon: IconName; key: string }[] = [
  { href: "/", word: "Overview", icon: "overview", key: "o" },
  { href: "/imports", word: "Imports", icon: "imports", key: "i" },
  { href: "/events", word: "Events", icon: "events", key: "e" },
  { href: "/webhooks", word: "Webhooks", icon: "webhooks", key: "w" },
  { href: "/importers", word: "Importers", icon: "importers", key: "t" },
];

const isAt = (href: string, path: string) => (href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`));

function Alarm({ href }: { href: string }) {
  const number = href === "/imports" ? haltedImports.value : href === "/webhooks" ? disabledWebhooks.value : 0;
  if (!number) return null;
  return (
    <span class="alarm" title={href === "/imports" ? `${number} halted` : `${number} disabled`}>
      {number} !
    </span>
  );
}

function ThemeButton() {
  const [, redraw] = useState(0);
  const next = { system: isDark() ? "light" : "dark", light: "dark", dark: "system" } as const;
  const word = theme();
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Theme: ${word}. Switch to ${next[word]}`}
      title={`Theme: ${word}`}
      onClick={() => {
        setTheme(next[word]);
        redraw((n) => n + 1);
      }}
    >
      <Icon name="theme" />
    </button>
  );
}

async function signOut() {
  await api.signOut().catch(() => undefined);
  forgetAll();
  window.location.assign("/signin");
}

export function Shell({ children }: { children: ComponentChildren }) {
  const [help, setHelp] = useState(false);
  const { path } = address.value;
  const bindings: Record<string, () => void> = {};
  for (const place of places) bindings[`g ${place.key}`] = () => navigate(place.href);
  useKeys({
    ...bindings,
    u: () => navigate("/upload"),
    "/": () => document.getElementById("search")?.focus(),
    l: toggleLive,
    "?": () => setHelp(true),
    Escape: () => path.split("/").length > 2 && history.back(),
  });
  return (
    <div class={`shell ${liveState.value === "reconnecting" ? "stale" : ""}`}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <div class="topbar">
        <a class="brand" href="/">
          <Logo /> Pulter
        </a>
        <LiveShort />
        <ThemeButton />
      </div>
      <div class="side">
        <a class="brand" href="/">
          <Logo /> Pulter
        </a>
        <nav aria-label="Pages">
          {places.map((place) => (
            <a key={place.href} href={place.href} aria-current={isAt(place.href, path) ? "page" : undefined}>
              <Icon name={place.icon} />
              {place.word}
              <Alarm href={place.href} />
            </a>
          ))}
        </nav>
        <a class="button upload" href="/upload" aria-current={path === "/upload" ? "page" : undefined}>
          <Icon name="upload" size={14} />
          Upload CSV <kbd>u</kbd>
        </a>
        <div class="side-foot">
          <LiveLine />
          <div>
            <span class="grow clip" title={`Signed in with the token ${session.value?.name}`}>
              {session.value?.name} · {session.value?.scope}
            </span>
            <button type="button" class="link" onClick={signOut}>
              Sign out
            </button>
            <ThemeButton />
            <button type="button" class="icon-button" aria-label="Keys and help" onClick={() => setHelp(true)}>
              <kbd>?</kbd>
            </button>
          </div>
        </div>
      </div>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <nav class="tabbar" aria-label="Pages, short">
        {[...places.slice(0, 4), { href: "/upload", word: "Upload", icon: "upload" as IconName }].map((place) => (
          <a key={place.href} href={place.href} aria-current={isAt(place.href, path) ? "page" : undefined}>
            <Icon name={place.icon} size={18} />
            {place.word}
          </a>
        ))}
      </nav>
      {help && <Help onClose={() => setHelp(false)} />}
      <DropAnywhere />
    </div>
  );
}
