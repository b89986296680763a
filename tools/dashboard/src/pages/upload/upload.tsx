import { useEffect, useState } from "preact/hooks";
import { api, type Check } from "../../../api";
import { useKeys } from "../../lib/keys";
import { useResource } from "../../lib/resource";
import { address } from "../../lib/router";
import { chosenFile, takeFile } from "../../lib/upload_file";
import { mayChange, readOnlyReason } from "../../components/button";
import { Note } from "../../components/note";
import { PageHead } from "../../components/page_head";
import { ProblemBox } from "../../components/problem";
import { SkeletonBlock } from "../../components/skeleton";
import { Card } from "../../components/card";
import { Deliver } from "./deliver";
import { DropZone } from "./drop_zone";
import { FileFacts, ReadAs } from "./file_facts";
import { Preview } from "./preview";
import { Notices } from "./notices";
import { useUpload } from "./use_upload";

const checkBytes = 8 * 1024 * 1024;

let lastKey = 0;
const keys = new WeakMap<File, number>();
function keyOf(file: File): number {
  const known = keys.get(file);
  if (known) return known;
  lastKey += 1;
  keys.set(file, lastKey);
  return lastKey;
}

export function Upload() {
  const allowed = mayChange();
  const file = allowed ? chosenFile.value : undefined;
  const [reading, setReading] = useState<{ delimiter?: string; encoding?: string }>({});
  useEffect(() => setReading({}), [file]);
  const check = useResource<Check>(file && `check ${keyOf(file)} ${JSON.stringify(reading)}`, () =>
    api.check((file as File).slice(0, checkBytes), { ...reading, fileName: file?.name, totalBytes: file?.size }),
  );
  const upload = useUpload(file);
  useKeys({ Escape: () => takeFile(undefined) });
  const unusable = check.problem && check.problem.status === 422;
  return (
    <>
      <PageHead title="Upload" name="Upload" />
      <div class="columns rail-280">
        <div>
          {!allowed && <Note tone="info">{readOnlyReason()} Reading a file is a change too: it is sent to the daemon.</Note>}
          <DropZone allowed={allowed} file={file} upload={upload} onFile={takeFile} />
          {check.problem && (
            <>
              <ProblemBox problem={check.problem} title={unusable ? "This file cannot be used" : undefined} onRetry={unusable ? undefined : check.reload} />
              {unusable && <ReadAs reading={reading} onChange={setReading} />}
            </>
          )}
          {check.loading && (
            <Card>
              <SkeletonBlock lines={5} loading />
            </Card>
          )}
          {check.data && file && (
            <>
              <FileFacts check={check.data} reading={reading} onChange={setReading} />
              <Notices notes={check.data.notes} whole={file.size <= checkBytes} />
              <Preview check={check.data} />
            </>
          )}
        </div>
        <Deliver
          file={file}
          check={check.data}
          reading={reading}
          upload={upload}
          blocked={!!unusable}
          templateId={address.value.query.get("templateId") ?? undefined}
        />
      </div>
    </>
  );
}
