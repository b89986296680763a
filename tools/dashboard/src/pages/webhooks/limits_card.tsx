import type { Webhook } from "../../../api";
import { count, plural, seconds } from "../../lib/format";
import { certificates } from "../../lib/pem";
import { Card } from "../../components/card";
import { Text } from "../../components/text";

export function LimitsCard({ webhook }: { webhook: Webhook }) {
  const headers = Object.entries(webhook.headers);
  return (
    <Card title="Limits and retries" action={<a href={`/webhooks/${webhook.id}/edit`}>Edit</a>}>
      <dl class="facts-list">
        <dt>timeoutMs</dt>
        <dd>
          {count(webhook.timeoutMs)} <span class="muted">({seconds(Math.round(webhook.timeoutMs / 1000))})</span>
        </dd>
        <dt>retrySchedule</dt>
        <dd>{webhook.retrySchedule.map(seconds).join(", ")}</dd>
        <dt>retryOn4xx</dt>
        <dd>{webhook.retryOn4xx ? "yes: other 4xx are tried again on the schedule" : "no: other 4xx halt the import at once"}</dd>
        <dt>onHalt</dt>
        <dd>{webhook.onHalt === "hold" ? "hold: the lane waits for the halted import" : "continue with the next import"}</dd>
        <dt>headers</dt>
        <dd>
          {headers.length ? (
            headers.map(([name, value]) => (
              <div key={name} class="mono">
                <Text value={name} />: <Text value={value} />
              </div>
            ))
          ) : (
            <span class="muted">none of its own</span>
          )}
        </dd>
        {webhook.tlsCa && (
          <>
            <dt>tlsCa</dt>
            <dd>{plural(certificates(webhook.tlsCa), "authority", "authorities")} of its own beside the system's</dd>
          </>
        )}
        {webhook.tlsCertificate && (
          <>
            <dt>tlsCertificate</dt>
            <dd>a client certificate is shown where the receiver asks for one</dd>
          </>
        )}
      </dl>
    </Card>
  );
}
