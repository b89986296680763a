import { useMemo } from "preact/hooks";
import { api } from "../../../api";
import { longSpan, plural } from "../../lib/format";
import { keepFiles } from "../../lib/names";
import { useReloadOn, useResource } from "../../lib/resource";
import { address, setParameters } from "../../lib/router";
import { now } from "../../lib/time";
import { ChartCard } from "../../components/chart_card";
import { PageHead } from "../../components/page_head";
import { ProblemBox } from "../../components/problem";
import { Segmented } from "../../components/segmented";
import { FirstSteps } from "../first_steps";
import { Attention } from "./attention";
import { Figures } from "./figures";
import { Lanes } from "./lanes";

const windows = [
  { value: "15m", text: "15 min", words: "last 15 minutes", seconds: 900 },
  { value: "1h", text: "1 h", words: "last hour", seconds: 3600 },
  { value: "24h", text: "24 h", words: "last 24 hours", seconds: 86400 },
];

export function Overview() {
  const chosen = windows.find((each) => each.value === address.value.query.get("window")) ?? windows[1]!;
  const stats = useResource(`stats ${chosen.value}`, () => api.stats(chosen.value));
  const halted = useResource("imports halted", async () => {
    const answer = await api.imports({ state: "halted", limit: 20 });
    keepFiles(answer.data);
    return answer.data;
  });
  useReloadOn((change) => change.kind !== "importer", stats.reload, 1000, 3000);
  useReloadOn((change) => change.kind === "import", halted.reload, 1500);

  const data = stats.data;
  const range = useMemo<[number, number] | undefined>(() => {
    const last = data?.points[data.points.length - 1];
    return last ? [last[0] - chosen.seconds, last[0]] : undefined;
  }, [data, chosen]);
  const nothingYet = data && !data.lanes.length && !Object.values(data.imports).some(Boolean);
  return (
    <>
      <PageHead
        title="Overview"
        name="Overview"
        facts={
          data && (
            <>
              <span>{plural(data.lanes.length, "lane")}</span>
              <span>{plural(data.inFlight, "request")} in flight</span>
              <span>
                pulterd {data.version}, up {longSpan(now.value - Date.parse(data.startedAt))}
              </span>
            </>
          )
        }
        actions={
          <Segmented label="Window" value={chosen.value} options={windows} onChange={(window) => setParameters({ window })} />
        }
      />
      {stats.problem && <ProblemBox problem={stats.problem} onRetry={stats.reload} />}
      {halted.problem && !stats.problem && <ProblemBox problem={halted.problem} onRetry={halted.reload} />}
      {stats.problem && !data ? null : nothingYet ? (
        <FirstSteps title="Nothing has been delivered yet" />
      ) : (
        <>
          <Figures stats={data} />
          {data && (halted.data || !halted.problem) && <Attention stats={data} halted={halted.data} />}
          <Lanes lanes={data?.lanes} />
          {data && <ChartCard title={`All lanes, ${chosen.words}`} points={data.points} span={range} />}
        </>
      )}
    </>
  );
}
