import { useEffect, useState } from "preact/hooks";

const query = matchMedia("(max-width: 640px)");

/** Whether the screen is as narrow as the style sheets' break at 640 px. */
export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const update = () => setNarrow(query.matches);
    query.addEventListener("change", update);
    return () => query.removeEventListener("change", update);
  }, []);
  return narrow;
}
