import type { Problem } from "../../api";
import { sentence } from "../lib/format";
import { IdChip } from "./id_chip";
import { Icon } from "./icons";
import { Text } from "./text";

const advice: Record<number, string> = {
  403: "Sign in with a token whose scope allows this.",
  404: "It may have been deleted, or its retention ended. Go back to the list.",
  409: "Look at its present state, then try again.",
  413: "Make it smaller, or raise the limit in the daemon's settings.",
  429: "Wait a moment, then retry.",
  503: "The daemon is starting, stopping, or its store is not available. Retry in a moment; its log says which.",
  507: "Make room on the disk of the data directory; the daemon notices by itself.",
};
/** Where the code says more than the status: no answer has none, and only this page wants a CSRF token. */
const adviceOfCode: Record<string, string> = {
  no_answer: "Look whether it is running and reachable.",
  csrf: "Load the page again.",
};

/** A failed call: what happened, what to do, the stable code, and Retry. Never an empty table instead. */
export function ProblemBox({
  problem,
  title,
  advise = true,
  onRetry,
}: {
  problem: Problem;
  title?: string;
  /** Whether what is usually done after such an answer stands beside it. */
  advise?: boolean;
  onRetry?: () => void;
}) {
  const todo = adviceOfCode[problem.code] ?? advice[problem.status];
  return (
    <div class="note bad" role="alert">
      <Icon name="halted" />
      <div class="grow">
        <strong>
          {title ?? problem.title}
          {problem.detail ? ":" : "."}
        </strong>{" "}
        {problem.detail && <Text value={sentence(problem.detail)} />}{" "}
        {advise && todo && <span class="muted">{todo}</span>}
        <div class="note-foot">
          <span class="faint">code</span> <IdChip id={problem.code} />
        </div>
      </div>
      {onRetry && (
        <button type="button" class="button" onClick={onRetry}>
          Retry
        </button>
      )}
    </div>
  );
}
