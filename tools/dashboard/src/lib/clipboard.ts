// Copying gives the true text, never what is drawn for it.

import { announce } from "../components/live_region";

export async function copyText(text: string): Promise<boolean> {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    // No secure context (plain HTTP on a name): the old way.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "offscreen";
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
  }
  announce(done ? "Copied" : "Could not copy");
  return done;
}
