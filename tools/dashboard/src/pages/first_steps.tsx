import { useKeys } from "../lib/keys";
import { navigate } from "../lib/router";
import { Command } from "../components/command";
import { CopyButton } from "../components/id_chip";
import { Empty } from "../components/empty";
import { Icon } from "../components/icons";

const listen = "pulter listen --port 9000";

export function FirstSteps({ title }: { title: string }) {
  useKeys({ n: () => navigate("/importers/new") });
  return (
    <Empty
      title={title}
      steps={[
        {
          title: "Make an importer",
          text: "Name, webhook URL, rows per batch. The URL is checked while you type.",
          action: (
            <a class="button primary" href="/importers/new">
              New importer<kbd>n</kbd>
            </a>
          ),
        },
        {
          title: "See what a receiver gets",
          text: (
            <>
              <Command text={listen} /> verifies, checks the order and prints.
            </>
          ),
          action: <CopyButton text={listen} label="Copy" edged />,
        },
        {
          title: "Send a file",
          text: (
            <>
              Drop a CSV anywhere on this page, or
              <br />
              <Command text="pulter import customers.csv --template tpl_…" />
            </>
          ),
          action: (
            <a class="button" href="/upload">
              <Icon name="upload" size={14} />
              Upload CSV<kbd>u</kbd>
            </a>
          ),
        },
      ]}
    >
      A file goes through an importer to its webhooks, in order, one signed batch at a time.
    </Empty>
  );
}
