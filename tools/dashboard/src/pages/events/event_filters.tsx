import { useEffect } from "preact/hooks";
import { api } from "../../../api";
import { fileOf, files, keepFiles, webhookName, webhooks } from "../../lib/names";
import { navigate } from "../../lib/router";
import { flat } from "../../lib/hostile";
import { FilterChip, SearchBox } from "../../components/filter_chip";
import { TimeChips } from "../../components/time_chips";

export const filterNames = ["importId", "webhookId", "state", "name", "since", "until"] as const;
export type Filters = Partial<Record<(typeof filterNames)[number], string>>;

const states = ["pending", "delivering", "delivered", "halted", "cancelled"];
const names = ["all", "import.started", "import.completed", "import.failed", "test"];
const same = (words: string[]) => words.map((word) => ({ value: word, text: word }));
const idForm = /^(evt|imp|wh)_[0-9A-Za-z]{10,40}$/;

/** "f" walks over the filters: the browser's list opens with the space bar from there. */
export function focusNextFilter(): void {
  const all = [...document.querySelectorAll<HTMLSelectElement>(".filters .chip select")];
  const at = all.indexOf(document.activeElement as HTMLSelectElement);
  all[(at + 1) % all.length]?.focus();
}

export function EventFilters({
  filters,
  set,
  total,
}: {
  filters: Filters;
  set: (changes: Record<string, string | undefined>) => void;
  total: string | undefined;
}) {
  useEffect(() => {
    api.imports({ limit: 50 }).then(
      (answer) => keepFiles(answer.data),
      () => undefined,
    );
  }, []);
  if (filters.importId) fileOf(filters.importId);
  const imports = [...files.value.entries()].sort((a, b) => (a[0] < b[0] ? 1 : -1)).slice(0, 60);
  const search = (text: string) => {
    const id = text.trim();
    if (!idForm.test(id)) return;
    if (id.startsWith("evt_")) navigate(`/events/${id}`);
    else set(id.startsWith("imp_") ? { importId: id } : { webhookId: id });
  };
  const active = filterNames.some((name) => filters[name]);
  return (
    <div class="filters">
      {!active && <SearchBox label="Event or import id" value="" shortcut="/" onChange={search} />}
      <FilterChip
        label="Import"
        value={filters.importId}
        options={imports.map(([id, file]) => ({ value: id, text: flat(file.fileName || id, 40) }))}
        onChange={(importId) => set({ importId })}
      />
      <FilterChip
        label="Webhook"
        value={filters.webhookId}
        options={[...webhooks.value.values()].map((each) => ({ value: each.id, text: webhookName(each.id) }))}
        onChange={(webhookId) => set({ webhookId })}
      />
      <FilterChip label="State" value={filters.state} options={same(states)} onChange={(state) => set({ state })} />
      <FilterChip label="Name" value={filters.name} options={same(names)} onChange={(name) => set({ name })} />
      <TimeChips label="Time" value={{ since: filters.since, until: filters.until }} onChange={(span) => set({ ...span })} />
      {active && (
        <button type="button" class="link" onClick={() => navigate("/events")}>
          Clear
        </button>
      )}
      <span class="total">{total}</span>
    </div>
  );
}
