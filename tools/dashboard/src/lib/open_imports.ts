// What disabling or deleting something stops: the imports of an importer that are not at their end.

import { api, type Import } from "../../api";

export const openStates = ["receiving", "queued", "delivering", "paused", "halted"];

/** All of them, however many; `templateId` undefined: of every importer. */
export async function openImports(templateId: string | undefined): Promise<Import[]> {
  const lists = await Promise.all(openStates.map((state) => api.allImports({ templateId, state })));
  return lists.flatMap((each) => each.data);
}
