import type { Webhook } from "../../../api";
import { colour } from "../../lib/colour_code";
import { snippets } from "../../lib/snippets";
import { address, setParameters } from "../../lib/router";
import { Card } from "../../components/card";
import { CopyButton } from "../../components/id_chip";
import { panelOf, Tabs } from "../../components/tabs";

/** Code of a receiver for this webhook's path. Never holds the secret: that is read from PULTER_SECRET. */
export function VerifyCode({ webhook }: { webhook: Webhook }) {
  const wanted = address.value.query.get("lang");
  const chosen = snippets.find((each) => each.id === wanted) ?? snippets[0]!;
  const code = chosen.code(webhook.url);
  return (
    <Card class="bare">
      <Tabs
        id="lang"
        label="Verification code"
        value={chosen.id}
        options={snippets.map((each) => ({ value: each.id, text: each.name }))}
        onChange={(lang) => setParameters({ lang })}
        end={<CopyButton text={code} label="Copy" />}
      />
      <pre class="snippet" {...panelOf("lang", chosen.id)}>
        {colour(code).map((piece, index) => (piece.kind ? <span key={index} class={piece.kind}>{piece.text}</span> : piece.text))}
      </pre>
    </Card>
  );
}
