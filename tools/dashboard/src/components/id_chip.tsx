import { useState } from "preact/hooks";
import { copyText } from "../lib/clipboard";
import { shortId } from "../lib/format";
import { Icon } from "./icons";

export function CopyButton({ text, label, bare = false, edged = false }: { text: string | (() => Promise<string>); label: string; bare?: boolean; edged?: boolean }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const value = typeof text === "string" ? text : await text().catch(() => undefined);
    if (value === undefined || !(await copyText(value))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 1200);
  };
  if (bare) {
    return (
      <button type="button" class="icon-button" aria-label={label} title={copied ? "Copied" : label} onClick={copy}>
        <Icon name={copied ? "delivered" : "copy"} size={14} />
      </button>
    );
  }
  return (
    <button type="button" class={edged ? "button" : "button quiet"} onClick={copy}>
      <Icon name="copy" size={14} />
      {copied ? "Copied" : label}
    </button>
  );
}

export function IdChip({ id, short = false }: { id: string; short?: boolean }) {
  return (
    <span class="id-chip">
      <span class="mono" title={id}>
        {short ? (
          shortId(id)
        ) : (
          <>
            <span class="wide-only">{id}</span>
            <span class="narrow-only">{id.length > 20 ? `${id.slice(0, 10)}…${id.slice(-5)}` : id}</span>
          </>
        )}
      </span>
      <CopyButton text={id} label={`Copy ${id}`} bare />
    </span>
  );
}
