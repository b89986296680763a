import { useState } from "preact/hooks";
import { api, type Import, type RowError } from "../../../api";
import { count } from "../../lib/format";
import { flat } from "../../lib/hostile";
import { webhookName } from "../../lib/names";
import { useReloadOn, useResource } from "../../lib/resource";
import { Card } from "../../components/card";
import { ProblemBox } from "../../components/problem";
import { Text } from "../../components/text";
import { showProblem } from "../../components/toast";

const shown = 8;
const more = 100;

export function RowErrors({ value }: { value: Import }) {
  const errors = useResource(value.rowErrors ? `row errors ${value.id}` : undefined, () => api.rowErrors(value.id, { limit: shown }));
  useReloadOn((change) => change.kind === "import" && change.data.id === value.id && change.data.rowErrors !== value.rowErrors, errors.reload, 1000);
  const [rest, setRest] = useState<{ data: RowError[]; next: string | null }>();
  if (!value.rowErrors) return <Card title="Row errors" hint="none refused" />;
  const next = rest ? rest.next : errors.data?.next;
  const all = [...(errors.data?.data ?? []), ...(rest?.data ?? [])];
  const load = () =>
    api.rowErrors(value.id, { limit: more, cursor: next ?? undefined }).then(
      (answer) => setRest({ data: [...(rest?.data ?? []), ...answer.data], next: answer.next }),
      showProblem,
    );
  return (
    <Card
      title="Row errors"
      hint={`${count(value.rowErrors)} refused`}
      flush
      action={
        <a
          href={api.errorsUrl(value.id)}
          download
          title="The original columns and _error. Cells stay as they are; an _error that begins with = + - @ gets a leading ' so that a spreadsheet runs nothing."
        >
          errors.csv
        </a>
      }
    >
      {errors.problem && <ProblemBox problem={errors.problem} onRetry={errors.reload} />}
      <div class={`scroll-x ${rest ? "tall" : ""}`} tabIndex={0} role="region" aria-label="Row errors">
        <table class="table small errors">
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Field</th>
              <th scope="col">Message</th>
            </tr>
          </thead>
          <tbody>
            {all.map((error, index) => (
              <tr key={index}>
                <th scope="row" class="mono">
                  {error.index ? (
                    <a href={`/imports/${value.id}?webhook=${error.webhookId}&batch=${error.index}`} title={`In batch ${count(error.index)}, refused by ${webhookName(error.webhookId)}`}>
                      {count(error.row)}
                    </a>
                  ) : (
                    count(error.row)
                  )}
                </th>
                <td class="mono">{error.field ? <Text value={error.field} /> : <span class="faint">–</span>}</td>
                <td title={flat(error.message)}>
                  <span class="error-text">
                    <Text value={error.message} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {next && (
        <p class="pad">
          <button type="button" class="link" onClick={load}>
            Show more
          </button>
        </p>
      )}
    </Card>
  );
}
