import { count } from "../lib/format";

/** A bar and always "142 / 200". `tone` grey for what was paused or cancelled; `end` marks where it stopped. */
export function Progress({
  done,
  all,
  tone = "ok",
  end,
  text = "above",
  thick = false,
  title,
}: {
  done: number;
  all: number;
  tone?: "ok" | "grey" | "accent";
  end?: "bad" | "warn";
  text?: "above" | "beside" | "none";
  thick?: boolean;
  title?: string;
}) {
  const share = all > 0 ? Math.min(1, done / all) : 0;
  const words = `${count(done)} / ${count(all)}`;
  return (
    <div class={`progress ${text}`} title={title}>
      {text === "above" && <span class="progress-text">{words}</span>}
      <div
        class={`track ${thick ? "thick" : ""}`}
        role="progressbar"
        aria-valuemin={0}
        aria-valuemax={all}
        aria-valuenow={done}
        aria-valuetext={words}
        aria-label="Progress"
      >
        <div class={`fill ${tone}`} style={{ width: `${share * 100}%` }} />
        {end && share < 1 && <div class={`end ${end}`} />}
      </div>
      {text === "beside" && <span class="progress-text">{words}</span>}
    </div>
  );
}
