import { useEffect, useState } from "preact/hooks";
import type { Event } from "../../api";
import { count, shortMs } from "../lib/format";
import { codeWord, type Strip } from "../lib/strip_model";
import { Ago } from "./ago";

export type TipFacts = Pick<Event, "firstRow" | "rows" | "lastStatus" | "attempts" | "deliveredAt" | "createdAt" | "lastDurationMs">;

const restMs = 120;

/** Batch, rows, state, status, attempts, time of what the pointer rests on. */
export function StripTip({
  strip,
  batch,
  x,
  y,
  cell,
  factsOf,
}: {
  strip: Strip;
  batch: number;
  x: number;
  y: number;
  cell: boolean;
  factsOf: (batch: number) => Promise<TipFacts | undefined>;
}) {
  const [facts, setFacts] = useState<TipFacts>();
  useEffect(() => {
    setFacts(undefined);
    if (cell || strip.codeOf(batch) === ".") return undefined;
    let alive = true;
    const timer = setTimeout(() => {
      factsOf(batch).then(
        (found) => alive && setFacts(found),
        () => undefined,
      );
    }, restMs);
    return () => {
      alive = false;
      clearTimeout(timer);
    };
  }, [batch, cell]);
  const [from, to] = strip.rangeOf(strip.cellOf(batch));
  return (
    <div class="strip-tip" style={{ left: `${x}px`, top: `${y + 18}px` }}>
      {cell ? (
        <>
          <strong>
            Batches {count(from)} to {count(to)}
          </strong>
          <span>worst: {codeWord[strip.worst(strip.cellOf(batch))]}</span>
        </>
      ) : (
        <>
          <strong>Batch {count(batch)}</strong>
          <span>{codeWord[strip.codeOf(batch)]}</span>
          {facts && (
            <>
              <span>
                rows {count(facts.firstRow)} to {count(facts.firstRow + facts.rows - 1)}
              </span>
              <span>
                {facts.lastStatus ? `${facts.lastStatus}, ` : ""}
                {facts.attempts === 1 ? "1 attempt" : `${facts.attempts} attempts`}
                {facts.lastDurationMs ? `, ${shortMs(facts.lastDurationMs)}` : ""}
              </span>
              <span>
                <Ago at={facts.deliveredAt ?? facts.createdAt} suffix=" ago" />
              </span>
            </>
          )}
        </>
      )}
    </div>
  );
}
