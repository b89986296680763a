import { useState } from "preact/hooks";
import { api, type Import } from "../../../api";
import { count } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { importers, keepFiles } from "../../lib/names";
import { useChanges, useResource } from "../../lib/resource";
import { address, navigate, setParameters, withParameters } from "../../lib/router";
import { useRows } from "../../lib/rows";
import { sinceOptions, sinceTime } from "../../lib/since";
import { FilterChip, SearchBox } from "../../components/filter_chip";
import { CopyButton } from "../../components/id_chip";
import { PageHead } from "../../components/page_head";
import { ProblemBox } from "../../components/problem";
import { Segmented } from "../../components/segmented";
import { SkeletonRows } from "../../components/skeleton";
import { showProblem } from "../../components/toast";
import { FirstSteps } from "../first_steps";
import { ImportRow } from "./import_row";

const pageSize = 50;
const states = ["delivering", "queued", "halted", "completed"];
const moreStates = ["paused", "failed", "cancelled", "receiving"];
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** The stream leaves the rate out until it has watched the import for a second. */
const keepRate = (value: Import, before: Import): Import =>
  value.rowsPerSecond === undefined ? { ...value, rowsPerSecond: before.rowsPerSecond } : value;

export function Imports() {
  const { query } = address.value;
  const of = (name: string) => query.get(name) ?? undefined;
  const filters = { state: of("state"), templateId: of("templateId"), q: of("q"), since: of("since"), cursor: of("cursor") };
  const filtered = filters.state || filters.templateId || filters.q || filters.since;
  const imports = useResource(`imports ${query.toString()}`, async () => {
    const answer = await api.imports({ ...filters, since: sinceTime(filters.since), limit: pageSize });
    keepFiles(answer.data);
    return answer;
  });
  const [newer, setNewer] = useState<Set<string>>(new Set());
  useChanges((changes) => {
    const fresh = new Set(newer);
    let reload = false;
    imports.change((answer) => {
      let data = answer.data;
      for (const change of changes) {
        if (change.kind === "reset" || change.kind === "reconnected") reload = true;
        if (change.kind !== "import") continue;
        const value = change.data as unknown as Import;
        const at = data.findIndex((each) => each.id === value.id);
        if (at >= 0) data = data.with(at, keepRate(value, data[at] as Import));
        else if (data[0] && value.id > data[0].id && !filters.cursor) fresh.add(value.id);
        else if (!data.length && !filtered) reload = true;
      }
      return data === answer.data ? answer : { ...answer, data };
    });
    if (fresh.size !== newer.size) setNewer(fresh);
    if (reload) imports.reload();
  });
  const rows = imports.data?.data ?? [];
  const { selected, row } = useRows(rows.map((each) => each.id), (id) => `/imports/${id}`);
  const act = (verb: "resume" | "pause") => {
    const value = rows.find((each) => each.id === selected);
    const fits = verb === "resume" ? ["paused", "halted"] : ["queued", "delivering"];
    if (value && fits.includes(value.state)) api.act(value.id, verb).catch(showProblem);
  };
  useKeys({ r: () => act("resume"), p: () => act("pause") });

  const counts = imports.data?.counts;
  const all = counts ? Object.values(counts).reduce((sum, n) => sum + n, 0) : undefined;
  const shown = (word: string) => (counts ? ` ${count(counts[word] ?? 0)}` : "");
  const segments = [
    { value: "", text: `All${all === undefined ? "" : ` ${count(all)}`}` },
    ...states.map((state) => ({ value: state, text: `${capital(state)}${shown(state)}` })),
  ];
  const others = moreStates.map((state) => ({ value: state, text: `${capital(state)}${shown(state)}` }));
  const set = (changes: Record<string, string | undefined>) => setParameters({ cursor: undefined, ...changes });
  const showNewer = () => {
    setNewer(new Set());
    if (filters.cursor) navigate(withParameters({ cursor: undefined }));
    else imports.reload();
  };

  if (imports.data && !rows.length && !filtered && !filters.cursor) {
    return (
      <>
        <PageHead title="Imports" name="Imports" />
        <FirstSteps title="Nothing has been imported yet" />
      </>
    );
  }
  return (
    <>
      <PageHead
        title="Imports"
        name="Imports"
        actions={
          <>
            <span class="wide-only">
              <CopyButton text={window.location.href} label="Copy link" />
            </span>
            <a class="button primary narrow-only" href="/upload">
              Upload
            </a>
          </>
        }
      />
      <div class="filters">
        <SearchBox key={filters.q ? "q" : ""} label="File name" value={filters.q ?? ""} shortcut="/" onChange={(q) => set({ q })} />
        <span class="wide-only">
          <Segmented label="State" value={filters.state ?? ""} options={segments} onChange={(state) => set({ state })} />
        </span>
        <span class="narrow-only">
          <FilterChip
            label="State"
            value={filters.state}
            options={[...segments.slice(1), ...others]}
            onChange={(state) => set({ state })}
          />
        </span>
        <span class="wide-only">
          <FilterChip
            label="Other"
            any="states"
            value={others.some((each) => each.value === filters.state) ? filters.state : undefined}
            options={others}
            onChange={(state) => set({ state })}
          />
        </span>
        <FilterChip
          label="Importer"
          value={filters.templateId}
          options={[...importers.value.values()].map((each) => ({ value: each.id, text: each.name }))}
          onChange={(templateId) => set({ templateId })}
        />
        <FilterChip label="Created" value={filters.since} options={sinceOptions} onChange={(since) => set({ since })} />
      </div>
      {newer.size > 0 && (
        <div class="newer">
          <button type="button" onClick={showNewer}>
            {newer.size === 1 ? "1 newer import" : `${count(newer.size)} newer imports`} · show
          </button>
        </div>
      )}
      {imports.problem && <ProblemBox problem={imports.problem} onRetry={imports.reload} />}
      {(imports.data || imports.loading) && (
        <section class="card bare list live" aria-label="Imports">
          <div class="scroll-x">
            <table class="table cards">
              <thead>
                <tr>
                  <th scope="col">File</th>
                  <th scope="col">Importer</th>
                  <th scope="col">State</th>
                  <th scope="col">Progress (batches)</th>
                  <th scope="col" class="num">Rows</th>
                  <th scope="col" class="num">Rows/s</th>
                  <th scope="col" class="num">Row errors</th>
                  <th scope="col" class="num">Age</th>
                  <th scope="col">Last answer</th>
                </tr>
              </thead>
              <tbody>
                <SkeletonRows rows={8} columns={9} loading={imports.loading} />
                {rows.map((value) => (
                  <ImportRow key={value.id} value={value} row={row(value.id)} />
                ))}
              </tbody>
            </table>
          </div>
          {imports.data && !rows.length && <NothingMatches filters={filters} clear={() => navigate("/imports")} />}
        </section>
      )}
      <div class="list-foot">
        {imports.data && (
          <span>
            {count(rows.length)} of {count(imports.data.total ?? all ?? rows.length)}
          </span>
        )}
        <span class={rows.length ? "wide-only" : "offscreen"}>
          <kbd>j</kbd> <kbd>k</kbd> move &nbsp;<kbd>Enter</kbd> open &nbsp;<kbd>r</kbd> resume
        </span>
        <span class="pages">
          {filters.cursor && <a href={withParameters({ cursor: undefined })}>First page</a>}
          {imports.data?.next && <a href={withParameters({ cursor: imports.data.next })}>Next page</a>}
        </span>
      </div>
    </>
  );
}

function NothingMatches({ filters, clear }: { filters: { state?: string; templateId?: string; q?: string; since?: string }; clear: () => void }) {
  const active = [filters.q && "File name", filters.state && "State", filters.templateId && "Importer", filters.since && "Created"];
  return (
    <p class="muted pad center">
      No import matches. Drop {active.filter(Boolean).join(" or ")}, or{" "}
      <button type="button" class="link" onClick={clear}>
        Clear
      </button>
    </p>
  );
}
