import { useEffect, useState } from "preact/hooks";
import { api, type Webhook } from "../../../api";
import { count, hostPath, plural } from "../../lib/format";
import { keepWebhooks } from "../../lib/names";
import { countImportsTo } from "../../lib/open_imports";
import { useResource } from "../../lib/resource";
import { navigate } from "../../lib/router";
import { Button } from "../../components/button";
import { Confirm, typedNumber } from "../../components/confirm";
import { toast } from "../../components/toast";

const setEnabled = async (webhook: Webhook, enabled: boolean) => keepWebhooks([await api.updateWebhook(webhook.id, { enabled })]);

export function EnableWebhook({ webhook }: { webhook: Webhook }) {
  return (
    <Button
      changes
      onClick={async () => {
        await setEnabled(webhook, true);
        toast("Enabled. Its halted imports stay halted until they are resumed.", {
          link: { href: `/imports?state=halted${webhook.templateId ? `&templateId=${webhook.templateId}` : ""}`, text: "Show them" },
        });
      }}
    >
      Enable again
    </Button>
  );
}

export function DisableWebhook({ webhook, queue }: { webhook: Webhook; queue: number | undefined }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button kind="danger" changes onClick={() => setAsking(true)}>
        Disable
      </Button>
      {asking && (
        <Confirm
          title={`Disable ${hostPath(webhook.url)}?`}
          verb="Disable the webhook"
          danger
          onConfirm={() => setEnabled(webhook, false)}
          onClose={() => setAsking(false)}
        >
          <p>
            What is in flight is answered; then its lane stops.{" "}
            {queue ? `${plural(queue, "queued import waits", "queued imports wait")} until it is enabled again.` : "Nothing is queued."} New imports of its
            importer do not go to it.
          </p>
        </Confirm>
      )}
    </>
  );
}

function DeleteQuestion({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const [soFar, setSoFar] = useState(0);
  const [stop] = useState(() => new AbortController());
  const stops = useResource(`open imports ${webhook.id} ${useState(() => Date.now())[0]}`, () => countImportsTo(webhook, stop.signal, setSoFar));
  useEffect(() => () => stop.abort(), []);
  return (
    <Confirm
      title={`Delete ${hostPath(webhook.url)}?`}
      verb={stops.data ? `Delete and stop ${plural(stops.data, "import")}` : "Delete the webhook"}
      number={typedNumber(stops.data)}
      danger
      waits={stops.loading}
      onConfirm={async () => {
        await api.deleteWebhook(webhook.id);
        navigate("/webhooks");
        toast("The webhook is deleted.");
      }}
      onClose={onClose}
    >
      <p>
        {stops.problem
          ? "The imports that it stops could not be counted."
          : stops.data === undefined
            ? `Counting the imports that it stops…${soFar ? ` ${count(soFar)} so far.` : ""}`
            : stops.data
              ? `${plural(stops.data, "import")} that still ${stops.data === 1 ? "goes" : "go"} to it ${stops.data === 1 ? "is" : "are"} stopped for it.`
              : "No open import goes to it."}{" "}
        Its signing secret is gone for good.
      </p>
    </Confirm>
  );
}

export function DeleteWebhook({ webhook }: { webhook: Webhook }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button kind="quiet" changes onClick={() => setAsking(true)}>
        Delete
      </Button>
      {asking && <DeleteQuestion webhook={webhook} onClose={() => setAsking(false)} />}
    </>
  );
}
