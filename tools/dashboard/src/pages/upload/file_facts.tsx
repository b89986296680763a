import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Check } from "../../../api";
import { encodingName, encodings } from "../../lib/encodings";
import { count, delimiterSign, delimiterWord, plural } from "../../lib/format";
import { Card } from "../../components/card";

function Changeable({
  label,
  value,
  how,
  options,
  chosen,
  onChange,
}: {
  label: string;
  value: ComponentChildren;
  how: string;
  options: { value: string; text: string }[];
  chosen: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const [open, setOpen] = useState(false);
  return (
    <div>
      {label}
      <span class="figure">{value}</span>
      {open ? (
        <select
          class="input"
          aria-label={label}
          autofocus
          value={chosen ?? ""}
          onBlur={() => setOpen(false)}
          onChange={(event) => {
            onChange(event.currentTarget.value || undefined);
            setOpen(false);
          }}
        >
          <option value="">guess it</option>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      ) : (
        <>
          {chosen ? "chosen" : how}{" "}
          <button type="button" class="link" aria-label={`Change the ${label.toLowerCase()}`} onClick={() => setOpen(true)}>
            change
          </button>
        </>
      )}
    </div>
  );
}

type Reading = { delimiter?: string; encoding?: string };
const delimiters = Object.entries(delimiterWord).map(([value, text]) => ({ value, text: `${delimiterSign(value)} ${text}` }));
const encodingOptions = Object.entries(encodings).map(([value, text]) => ({ value, text }));

/** For a file that could not be read as guessed: perhaps it can when it is told how. */
export function ReadAs({ reading, onChange }: { reading: Reading; onChange: (reading: Reading) => void }) {
  const select = (label: string, field: keyof Reading, options: { value: string; text: string }[]) => (
    <label class="field">
      <span>{label}</span>
      <select class="input" value={reading[field] ?? ""} onChange={(event) => onChange({ ...reading, [field]: event.currentTarget.value || undefined })}>
        <option value="">guess it</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Card title="Read it otherwise" hint="where the guess was wrong; else mend the file and drop it here again">
      <div class="read-as">
        {select("Delimiter", "delimiter", delimiters)}
        {select("Encoding", "encoding", encodingOptions)}
      </div>
    </Card>
  );
}

/** What the daemon read in the file; "change" beside what was guessed. */
export function FileFacts({
  check,
  reading,
  onChange,
}: {
  check: Check;
  reading: Reading;
  onChange: (reading: Reading) => void;
}) {
  const renamed = check.columns.filter((column) => column.header !== column.key).length;
  return (
    <section class="card figures facts-of-file" aria-label="The file">
      <Changeable
        label="Delimiter"
        value={`${delimiterSign(check.delimiter)} ${delimiterWord[check.delimiter] ?? ""}`}
        how={check.delimiterSniffed ? "sniffed" : "the only one"}
        options={delimiters}
        chosen={reading.delimiter}
        onChange={(delimiter) => onChange({ ...reading, delimiter })}
      />
      <Changeable
        label="Encoding"
        value={encodingName(check.encoding)}
        how={check.encodingDetected ? "detected" : "as it is"}
        options={encodingOptions}
        chosen={reading.encoding}
        onChange={(encoding) => onChange({ ...reading, encoding })}
      />
      <div>
        Line ends
        <span class="figure">{check.lineEnds}</span>
        {check.endsWithLineEnd === false ? "last line has none" : "also after the last line"}
      </div>
      <div>
        Columns
        <span class="figure">{count(check.columns.length)}</span>
        {renamed ? plural(renamed, "renamed", "renamed") : "none renamed"}
      </div>
      <div>
        Rows
        <span class="figure">{check.rowsExact ? count(check.rows) : `about ${count(rough(check.rows))}`}</span>
        {check.rowsExact ? "counted" : "counted at the end"}
      </div>
    </section>
  );
}

/** Three digits of what is only worked out. */
export function rough(n: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, n))) - 2);
  return Math.round(n / step) * step;
}
