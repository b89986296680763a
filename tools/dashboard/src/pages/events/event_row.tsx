import type { Event } from "../../../api";
import { count, host, ms, shortId } from "../../lib/format";
import { fileOf, webhookName, webhooks } from "../../lib/names";
import { Ago } from "../../components/ago";
import { Pill } from "../../components/pill";
import { StatusCode } from "../../components/status_code";
import { Text } from "../../components/text";

const none = <span class="faint">–</span>;

export function EventRow({ value, row }: { value: Event; row: { id: string; class: string; onClick: () => void } }) {
  const file = value.fileName ? { fileName: value.fileName, count: value.count ?? 0 } : value.importId ? fileOf(value.importId) : undefined;
  const name = webhookName(value.webhookId);
  const hook = webhooks.value.get(value.webhookId);
  return (
    <tr {...row}>
      <th scope="row" class="first">
        <a class="row-link mono" href={`/events/${value.id}`} title={value.id}>
          {shortId(value.id)}
        </a>
      </th>
      <td class={value.name === "all" ? "muted narrow-off" : "narrow-off"}>{value.name}</td>
      <td class="narrow-off">{file ? <span class="clip file"><Text value={file.fileName} /></span> : none}</td>
      <td class="num narrow-off">
        {value.index > 0 ? (
          <>
            {count(value.index)}
            {file && file.count > 0 && ` / ${count(file.count)}`}
          </>
        ) : (
          none
        )}
      </td>
      <td class="narrow-off">
        <span class="mono clip" title={name}>
          {hook ? host(hook.url) : name}
        </span>
      </td>
      <td class="state">
        {value.state === "pending" && value.nextAttemptAt ? <Pill state="pending" until={value.nextAttemptAt} /> : <Pill state={value.state} />}
      </td>
      <td class="whole narrow-only">
        <span class="muted clip">
          {file ? (
            <>
              <Text value={file.fileName} /> {value.index > 0 && `${count(value.index)} / ${count(file.count)}`}
            </>
          ) : (
            value.name
          )}
        </span>
      </td>
      <td>
        <StatusCode status={value.lastStatus} after={value.state === "halted" || value.state === "cancelled" ? "stop" : "retry"} />
      </td>
      <td class="num">
        {value.attempts > 1 ? <strong>{count(value.attempts)}</strong> : <span class="muted">{count(value.attempts)}</span>}
        <span class="narrow-only faint">&nbsp;{value.attempts === 1 ? "attempt" : "attempts"}</span>
      </td>
      <td class="num muted narrow-off">{value.lastDurationMs === null || value.lastDurationMs === undefined ? none : ms(value.lastDurationMs)}</td>
      <td class="num muted push">
        <Ago at={value.createdAt} />
      </td>
    </tr>
  );
}
