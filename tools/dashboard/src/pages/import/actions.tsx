import { useState } from "preact/hooks";
import { api, type Import, type ImportLane } from "../../../api";
import { count, plural } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { openStates } from "../../lib/open_imports";
import { Button } from "../../components/button";
import { Confirm, typedNumber } from "../../components/confirm";
import { Icon } from "../../components/icons";
import { showProblem, toast } from "../../components/toast";

/** What can be done in this state. Nothing changes on the page until the stream says so. */
export function Actions({ value, lane, fileGone }: { value: Import; lane: ImportLane | undefined; fileGone: boolean }) {
  const [asking, setAsking] = useState(false);
  const canPause = value.state === "queued" || value.state === "delivering";
  const canResume = value.state === "paused" || value.state === "halted";
  const next = (lane?.delivered ?? value.delivered) + 1;
  const resume = async () => {
    await api.act(value.id, "resume");
    toast(`Resumed at batch ${count(next)}.`);
  };
  const pause = () => api.act(value.id, "pause");
  useKeys({
    r: () => canResume && void resume().catch(showProblem),
    p: () => canPause && void pause().catch(showProblem),
  });
  const left = value.webhooks.reduce((sum, each) => sum + Math.max(0, value.count - each.delivered), 0);
  return (
    <>
      {value.dataSync && !fileGone && value.state !== "receiving" && value.bytes > 0 && (
        <a class="button" href={api.contentUrl(value.id)} download>
          <Icon name="download" size={14} />
          Download file
        </a>
      )}
      {openStates.includes(value.state) && (
        <Button kind="danger" changes onClick={() => setAsking(true)}>
          Cancel
        </Button>
      )}
      {canPause && (
        <Button changes shortcut="p" onClick={pause}>
          Pause
        </Button>
      )}
      {canResume && (
        <Button kind="primary" changes shortcut="r" onClick={resume}>
          {value.state === "paused" && value.delivered === 0 ? "Resume" : `Resume at batch ${count(Math.min(next, value.count))}`}
        </Button>
      )}
      {asking && (
        <Confirm
          title={value.count ? `Cancel with ${plural(left, "batch", "batches")} not yet sent?` : "Cancel this import?"}
          verb={value.count ? `Cancel ${plural(left, "batch", "batches")}` : "Cancel the import"}
          number={typedNumber(left)}
          danger
          onConfirm={() => api.act(value.id, "cancel")}
          onClose={() => setAsking(false)}
        >
          <p>
            {count(value.rowsDelivered)} of {count(value.totalRows)} rows are delivered and stay delivered. What is in flight is answered; nothing
            after it is sent. A cancelled import cannot be resumed.
          </p>
        </Confirm>
      )}
    </>
  );
}
