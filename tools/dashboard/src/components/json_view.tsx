import type { Line } from "../lib/json_lines";
import { runs } from "../lib/hostile";

export function JsonView({ lines }: { lines: Line[] }) {
  return (
    <div class="json mono">
      {lines.map((line, index) => (
        <div key={index}>
          <span class="n" aria-hidden="true">
            {index + 1}
          </span>
          <span class="t">
            {"  ".repeat(line.indent)}
            {line.pieces.map((piece, at) => (
              <bdi key={at} class={piece.kind || undefined}>
                {runs(piece.text).map((run, i) =>
                  run.boxed ? (
                    <span class="cp" key={i}>
                      {run.text}
                    </span>
                  ) : (
                    run.text
                  ),
                )}
              </bdi>
            ))}
          </span>
        </div>
      ))}
    </div>
  );
}
