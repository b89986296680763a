import { useRef } from "preact/hooks";
import { api, type Import } from "../../../api";
import { count } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import type { Change } from "../../lib/live";
import { importers, keepFiles } from "../../lib/names";
import { standsOn, useNewer } from "../../lib/newer";
import { useChanges, useReloadOn, useResource } from "../../lib/resource";
import { address, navigate, setParameters, withParameters } from "../../lib/router";
import { focusMain, useRows } from "../../lib/rows";
import { isWithin, readSince, sinceTime } from "../../lib/since";
import { FilterChip, SearchBox } from "../../components/filter_chip";
import { CopyButton } from "../../components/id_chip";
import { PageHead } from "../../components/page_head";
import { ProblemBox } from "../../components/problem";
import { Segmented } from "../../components/segmented";
import { SkeletonRows } from "../../components/skeleton";
import { showProblem } from "../../components/toast";
import { TimeChips } from "../../components/time_chips";
import { FirstSteps } from "../first_steps";
import { ImportRow } from "./import_row";

const pageSize = 50;
const seenMax = 10_000;
const recountMs = 2000;
const states = ["delivering", "queued", "halted", "completed"];
const moreStates = ["paused", "failed", "cancelled", "receiving"];
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** The stream leaves the rate out until it has watched the import for a second. */
const keepRate = (value: Import, before: Import): Import =>
  value.rowsPerSecond === undefined ? { ...value, rowsPerSecond: before.rowsPerSecond } : value;

type Filters = Partial<Record<"state" | "templateId" | "q" | "since" | "until", string>>;

/** Whether an import that the stream brought belongs to what is asked for. */
function matches(value: Import, asked: Filters): boolean {
  return (
    (!asked.state || value.state === asked.state) &&
    (!asked.templateId || value.templateId === asked.templateId) &&
    (!asked.q || value.fileName.toLowerCase().includes(asked.q.toLowerCase())) &&
    isWithin(value.createdAt, asked)
  );
}

/** What was last heard of each import: a batch more changes no count. */
function useStateChanges(): (change: Change) => boolean {
  const seen = useRef(new Map<string, string>());
  return (change) => {
    if (change.kind !== "import") return change.kind === "deleted";
    const { id, state } = change.data as unknown as Import;
    if (seen.current.get(id) === state) return false;
    if (seen.current.size >= seenMax) seen.current.clear();
    seen.current.set(id, state);
    return true;
  };
}

export function Imports() {
  const { query } = address.value;
  const of = (name: string) => query.get(name) ?? undefined;
  const filters: Filters = { state: of("state"), templateId: of("templateId"), q: of("q"), since: readSince(of("since")), until: readSince(of("until")) };
  const cursor = of("cursor");
  const filtered = Object.values(filters).some(Boolean);
  const asked = { ...filters, since: sinceTime(filters.since), until: sinceTime(filters.until) };
  const imports = useResource(`imports ${query.toString()}`, async () => {
    const answer = await api.imports({ ...asked, cursor, limit: pageSize });
    keepFiles(answer.data);
    return answer;
  });
  const newer = useNewer(query.toString());
  useChanges((changes) => {
    const fresh: string[] = [];
    let reload = false;
    imports.change((answer) => {
      let data = answer.data;
      for (const change of changes) {
        if (change.kind === "reset" || change.kind === "reconnected") reload = true;
        if (change.kind !== "import") continue;
        const value = change.data as unknown as Import;
        const at = data.findIndex((each) => each.id === value.id);
        if (at >= 0) data = data.with(at, keepRate(value, data[at] as Import));
        else if (!data.length && !filtered) reload = true;
        else if (!cursor && matches(value, asked) && standsOn(value, answer)) fresh.push(value.id);
      }
      return data === answer.data ? answer : { ...answer, data };
    });
    newer.add(fresh);
    if (reload) imports.reload();
  });
  // The counts beside the states go on; the list itself stays as it was fetched.
  const recount = () => {
    const list = query.toString();
    api.imports({ ...asked, limit: 1 }).then(
      ({ counts, total }) => list === address.value.query.toString() && imports.change((answer) => ({ ...answer, counts, total })),
      () => undefined,
    );
  };
  useReloadOn(useStateChanges(), recount, recountMs);
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
    newer.clear();
    focusMain();
    if (cursor) navigate(withParameters({ cursor: undefined }));
    else imports.reload();
  };

  if (imports.data && !rows.length && !filtered && !cursor) {
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
        <SearchBox label="File name" value={filters.q ?? ""} shortcut="/" onChange={(q) => set({ q })} />
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
        <TimeChips label="Created" value={{ since: filters.since, until: filters.until }} onChange={(span) => set({ ...span })} />
      </div>
      {newer.size > 0 && (
        <div class="newer">
          <button type="button" onClick={showNewer}>
            {newer.words("import")} · show
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
          {cursor && <a href={withParameters({ cursor: undefined })}>First page</a>}
          {imports.data?.next && <a href={withParameters({ cursor: imports.data.next })}>Next page</a>}
        </span>
      </div>
    </>
  );
}

function NothingMatches({ filters, clear }: { filters: Filters; clear: () => void }) {
  const active = [filters.q && "File name", filters.state && "State", filters.templateId && "Importer", filters.since && "Created", filters.until && "Until"];
  return (
    <p class="muted pad center">
      No import matches. Drop {active.filter(Boolean).join(" or ")}, or{" "}
      <button type="button" class="link" onClick={clear}>
        Clear
      </button>
    </p>
  );
}
