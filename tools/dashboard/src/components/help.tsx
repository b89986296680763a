import { keysOn, setKeysOn } from "../lib/keys";
import { Dialog } from "./dialog";

const keys: [string[], string][] = [
  [["g", "o"], "Overview"],
  [["g", "i"], "Imports"],
  [["g", "e"], "Events"],
  [["g", "w"], "Webhooks"],
  [["g", "t"], "Importers"],
  [["u"], "Upload a CSV"],
  [["/"], "Search"],
  [["j", "k"], "Move in a list"],
  [["Enter"], "Open"],
  [["Esc"], "Back"],
  [["c"], "Copy the id"],
  [["."], "Exact times, while held"],
  [["l"], "Live changes on and off"],
  [["r", "p"], "Resume, pause an import"],
  [["[", "]"], "Previous, next remarkable batch"],
  [["e"], "Event of the chosen batch"],
  [["s"], "Resend the event"],
  [["1…9"], "Attempt of the event"],
  [["b", "h"], "Body, headers of the event"],
  [["f"], "Next filter of the events"],
  [["R"], "Resend all that match"],
  [["t"], "Send a test to the webhook"],
];

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose} wide>
      <div class="help-keys">
        {keys.map(([names, what]) => (
          <div key={what}>
            <span class="keys">
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </span>
            <span>{what}</span>
          </div>
        ))}
      </div>
      <label class="check">
        <input type="checkbox" checked={keysOn.value} onChange={(event) => setKeysOn(event.currentTarget.checked)} />
        <span>Single-letter keys are on. They never act while you type.</span>
      </label>
      <div class="dialog-actions">
        <button type="button" class="button" data-first onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
