// A file dropped on any page opens Upload with it.

import { useEffect, useState } from "preact/hooks";
import { takeFile } from "../lib/upload_file";
import { address, navigate } from "../lib/router";

const holdsFile = (event: DragEvent) => !!event.dataTransfer?.types.includes("Files");

export function DropAnywhere() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!holdsFile(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!holdsFile(event)) return;
      depth -= 1;
      if (depth <= 0) setOver(false);
    };
    const drop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      takeFile(file);
      if (address.value.path !== "/upload") navigate("/upload");
    };
    const allow = (event: DragEvent) => holdsFile(event) && event.preventDefault();
    const pairs: [string, (event: DragEvent) => unknown][] = [
      ["dragenter", enter],
      ["dragleave", leave],
      ["dragover", allow],
      ["drop", drop],
    ];
    for (const [name, handler] of pairs) document.addEventListener(name, handler as EventListener);
    return () => {
      for (const [name, handler] of pairs) document.removeEventListener(name, handler as EventListener);
    };
  }, []);
  return over ? <div class="drop-veil">Drop the CSV to upload it</div> : null;
}
