/** What follows from the answer decides the colour: amber goes on by itself, red waits for a person. */
export function StatusCode({ status, after }: { status: number | null | undefined; after?: "retry" | "stop" }) {
  if (!status) return <span class="faint">–</span>;
  if (status >= 200 && status < 300) return <span class="code ok">{status}</span>;
  return <span class={`code tint ${after === "stop" ? "bad" : "warn"}`}>{status}</span>;
}
