import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { session } from "../lib/http";
import { focusMain } from "../lib/rows";
import { useKeys } from "../lib/keys";
import { liveState } from "../lib/live";
import { address, leave, navigate } from "../lib/router";
import { disabledWebhooks, haltedImports } from "../lib/attention";
import { Account } from "./account";
import { DropAnywhere } from "./drop_anywhere";
import { Help } from "./help";
import { Icon, Logo, type IconName } from "./icons";
import { ThemeButton } from "./theme_button";
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

/** The focus goes into a new page where the old one took it away, so that Tab goes on there and not from the top. */
function useFocusOfPage(path: string): void {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    const focused = document.activeElement;
    if (!focused || focused === document.body) focusMain();
  }, [path]);
}

export function Shell({ children }: { children: ComponentChildren }) {
  const [help, setHelp] = useState(false);
  const [account, setAccount] = useState(false);
  const { path } = address.value;
  useFocusOfPage(path);
  const bindings: Record<string, () => void> = {};
  for (const place of places) bindings[`g ${place.key}`] = () => navigate(place.href);
  useKeys({
    ...bindings,
    u: () => navigate("/upload"),
    "/": () => document.getElementById("search")?.focus(),
    l: toggleLive,
    "?": () => setHelp(true),
    Escape: () => path.split("/").length > 2 && leave(),
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
        <a class="button quiet" href="/importers" aria-current={isAt("/importers", path) ? "page" : undefined}>
          <Icon name="importers" size={16} />
          Importers
        </a>
        <button type="button" class="button quiet" aria-label="Account and live state" onClick={() => setAccount(true)}>
          <LiveShort />
        </button>
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
            <button type="button" class="who grow clip" title="Account: sign out" onClick={() => setAccount(true)}>
              {session.value ? `${session.value.name} · ${session.value.scope}` : "signed out"}
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
            <Alarm href={place.href} />
          </a>
        ))}
      </nav>
      {account && <Account onClose={() => setAccount(false)} />}
      {help && <Help onClose={() => setHelp(false)} />}
      <DropAnywhere />
    </div>
  );
}
