import type { Phases } from "../../api";
import { ms } from "../lib/format";

export const phaseNames: { key: keyof Phases; word: string }[] = [
  { key: "dnsMs", word: "DNS" },
  { key: "connectMs", word: "connect" },
  { key: "tlsMs", word: "TLS" },
  { key: "sendMs", word: "send" },
  { key: "waitMs", word: "wait" },
  { key: "receiveMs", word: "receive" },
];

export const isReused = (phases: Phases): boolean => !phases.dnsMs && !phases.connectMs && !phases.tlsMs;

export function PhaseLegend() {
  return (
    <ul class="legend" aria-label="Phases">
      {phaseNames.map((phase, index) => (
        <li key={phase.key}>
          <span class={`swatch p${index}`} aria-hidden="true" />
          {phase.word}
        </li>
      ))}
    </ul>
  );
}

/** One stacked bar on the scale of the slowest attempt. */
export function PhaseBar({ phases, scale, thick = false }: { phases: Phases; scale: number; thick?: boolean }) {
  const words = phaseNames.map(({ key, word }) => `${word} ${ms(phases[key] ?? 0)}`).join(", ");
  return (
    <div class={`phase-bar ${thick ? "thick" : ""}`} role="img" aria-label={words} title={words}>
      {phaseNames.map(({ key }, index) => {
        const value = phases[key] ?? 0;
        if (value <= 0) return null;
        return <span key={key} class={`p${index}`} style={{ width: `${(value / Math.max(scale, 0.001)) * 100}%` }} />;
      })}
    </div>
  );
}

/** Six rows, each bar beginning where the one before ends. */
export function Waterfall({ phases }: { phases: Phases }) {
  const total = phaseNames.reduce((sum, { key }) => sum + (phases[key] ?? 0), 0) || 1;
  let begin = 0;
  return (
    <dl class="waterfall">
      {phaseNames.map(({ key, word }) => {
        const value = phases[key];
        const left = begin;
        begin += value ?? 0;
        const reused = !value && isReused(phases) && ["dnsMs", "connectMs", "tlsMs"].includes(key);
        return (
          <div key={key}>
            <dt>{word}</dt>
            <dd>
              <span class="track" aria-hidden="true">
                {!!value && (
                  <span
                    class="piece"
                    style={{ left: `${(left / total) * 100}%`, width: `max(3px, ${(value / total) * 100}%)` }}
                  />
                )}
              </span>
              <span class="value">{reused ? "reused" : value === null ? "–" : ms(value)}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
