import { PageHead } from "../components/page_head";
import { Text } from "../components/text";

export function Missing({ path }: { path: string }) {
  return (
    <>
      <PageHead title="There is no such page" name="Not found" />
      <p>
        Nothing stands at <code><Text value={path} /></code>. Go to the <a href="/">overview</a>.
      </p>
    </>
  );
}
