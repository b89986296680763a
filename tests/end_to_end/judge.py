"""Decides from the receiver's own record whether the promises of delivery were kept (invariants I1 to I4).

The record is the journal of `pulter listen` (one line per receipt, written before the answer) and the bodies that it
saved. Neither knows of the daemon's crashes.
"""
import collections
import json
import pathlib

from harness import check


def read_journal(path):
    with open(path) as journal:
        return [json.loads(line) for line in journal]


def judge(journal_path, bodies_folder, rows, crashes, acknowledged):
    """Checks every import in the journal against `rows`, the reference parser's rows of the one file that all
    imports delivered. `acknowledged` are the ids that a client was given: none of them may be missing. Returns
    what was counted."""
    receipts = read_journal(journal_path)
    by_event = collections.defaultdict(list)
    by_import = collections.defaultdict(list)
    for receipt in receipts:
        check(receipt["verified"], f"a signature was wrong: {receipt}")
        by_event[receipt["webhookId"]].append(receipt)
        by_import[(receipt["path"], receipt["import"])].append(receipt)

    # I4: same id, same bytes.
    for event_id, same in by_event.items():
        digests = {receipt["digest"] for receipt in same}
        check(len(digests) == 1, f"I4: {event_id} came with {len(digests)} different bodies")
        check(len({(r["import"], r["index"]) for r in same}) == 1, f"I4: {event_id} stands for several batches")

    for (_, import_id), batches in by_import.items():
        first_receipts = []
        seen = set()
        for receipt in batches:
            if receipt["webhookId"] not in seen:
                seen.add(receipt["webhookId"])
                first_receipts.append(receipt)
        # I2: batches come in order, and a batch has one id only.
        indexes = [receipt["index"] for receipt in first_receipts]
        check(indexes == list(range(1, batches[0]["count"] + 1)), f"I2: {import_id} came as {indexes}")
        # I1: every row once, in order, with its cells.
        delivered = []
        for receipt in first_receipts:
            body = json.loads((pathlib.Path(bodies_folder) / f"{receipt['receipt']:06}.json").read_bytes())
            check(body["totalRows"] == len(rows), f"I1: totalRows is {body['totalRows']}, not {len(rows)}")
            delivered += body["data"]
        row_ids = {row.pop("__index") for row in delivered}
        check(len(row_ids) == len(rows), f"I1: {len(row_ids)} different row ids for {len(rows)} rows")
        check(delivered == rows, f"I1: the rows of {import_id} are not those of the file")

    missing = set(acknowledged) - {import_id for _, import_id in by_import}
    check(not missing, f"I1: accepted and never delivered: {missing}")
    # I3: at most one batch per webhook is repeated by a crash.
    repeats = len(receipts) - len(by_event)
    check(repeats <= crashes, f"I3: {repeats} repeats after {crashes} crashes")
    return {"imports": len(by_import), "batches": len(by_event), "receipts": len(receipts), "repeats": repeats}
