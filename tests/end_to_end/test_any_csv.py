#!/usr/bin/env python3
"""Each row of the contract's table of real files (section 6), through the real daemon: what the webhook got, what
/rows shows and what `pulter convert` prints are the same rows, and the import says what was noticed."""
import gzip
import json
import pathlib
import urllib.parse

import harness
from harness import check, make_webhook, workplace

AGES = [{"name": "Ada", "age": "36"}, {"name": "Alan", "age": "41"}]
CITIES = [{"name": "Zoë", "city": "Zürich"}, {"name": "Renée", "city": "Nîmes"}]
CITIES_TEXT = "name,city\nZoë,Zürich\nRenée,Nîmes\n"
JAPANESE = [{"名前": "山田", "市": "東京"}]

# What it is, the file, settings, the rows, and what the import says beside.
FILES = (
    ("quotes", b'name,age\n"Ada",36\n"Al""an",",\n"\n', {}, [AGES[0], {"name": 'Al"an', "age": ",\n"}], {"totalRows": 2}),
    ("LF", b"name,age\nAda,36\nAlan,41\n", {}, AGES, {"encoding": "utf-8", "delimiter": ","}),
    ("CRLF", b"name,age\r\nAda,36\r\nAlan,41\r\n", {}, AGES, {}),
    ("CR alone", b"name,age\rAda,36\rAlan,41\r", {}, AGES, {}),
    ("all line ends, none at the end", b"name,age\rAda,36\r\nAlan,41", {}, AGES, {}),
    ("UTF-8 mark", b"\xef\xbb\xbfname,age\nAda,36\nAlan,41\n", {}, AGES, {"encoding": "utf-8"}),
    ("UTF-16LE mark", b"\xff\xfe" + CITIES_TEXT.encode("utf-16-le"), {}, CITIES, {"encoding": "utf-16le"}),
    ("UTF-16BE mark", b"\xfe\xff" + CITIES_TEXT.encode("utf-16-be"), {}, CITIES, {"encoding": "utf-16be"}),
    ("UTF-16 declared", CITIES_TEXT.encode("utf-16-be"), {"encoding": "UTF-16BE"}, CITIES, {"encoding": "utf-16be"}),
    ("Windows-1252 found", CITIES_TEXT.encode("cp1252"), {}, CITIES, {"encoding": "windows-1252"}),
    ("Latin-1 declared", CITIES_TEXT.encode("latin-1"), {"encoding": "ISO-8859-1"}, CITIES, {"encoding": "windows-1252"}),
    ("Shift_JIS declared", "名前,市\n山田,東京\n".encode("cp932"), {"encoding": "Shift_JIS"}, JAPANESE,
     {"encoding": "shift_jis"}),
    ("semicolons", b"name;age\nAda;36\nAlan;41\n", {}, AGES, {"delimiter": ";"}),
    ("tabs", b"name\tage\nAda\t36\nAlan\t41\n", {}, AGES, {"delimiter": "\t"}),
    ("pipes", b"name|age\nAda|36\nAlan|41\n", {}, AGES, {"delimiter": "|"}),
    ("a delimiter that is named", b"name;a,b\nAda;1,2\n", {"delimiter": ","}, [{"name;a": "Ada;1", "b": "2"}],
     {"delimiter": ","}),
    ("an unusual delimiter", b"name^age\nAda^36\nAlan^41\n", {"delimiter": "^"}, AGES, {"delimiter": "^"}),
    ("blank and repeated headers", b"name,,name\nAda,1,2\n", {}, [{"name": "Ada", "column_2": "1", "name_2": "2"}],
     {"codes": {"blank_header": [], "duplicate_header": []}}),
    ("the row's own key", b"__index,a\n1,2\n", {}, [{"__index_2": "1", "a": "2"}], {"codes": {"reserved_header": []}}),
    ("short and long rows", b"a,b\n1\n2,3,4,5\n6,7\n", {},
     [{"a": "1", "b": ""}, {"a": "2", "b": "3", "__extra": ["4", "5"]}, {"a": "6", "b": "7"}],
     {"codes": {"short_rows": [1], "long_rows": [2]}}),
    ("blank lines", b"\nname,age\n\nAda,36\n\r\nAlan,41\n\n", {}, AGES, {"codes": {"blank_lines": []}}),
    ("control characters", b"name,age\nA\x00d\x1ba,3\x7f\n", {}, [{"name": "A\0d\x1ba", "age": "3\x7f"}], {}),
    ("columns", b"First Name,secret,age\nAda,x,36\n",
     {"columns": '{"First Name":"name","age":"age"}', "dropUnmapped": "true"}, AGES[:1],
     {"columns": [{"header": "First Name", "key": "name"}, {"header": "age", "key": "age"}]}),
    ("gzip", gzip.compress(b"name,age\nAda,36\n") + gzip.compress(b"Alan,41\n"), {}, AGES, {"codes": {"unpacked": []}}),
    ("gzip of UTF-16", gzip.compress(CITIES_TEXT.encode("utf-16")), {}, CITIES, {"encoding": "utf-16le"}),
    ("empty", b"", {}, [], {"totalRows": 0, "count": 0}),
    ("a header and no rows", b"name,age\n", {}, [], {"totalRows": 0, "count": 0}),
    ("line ends and nothing else", b"\n\r\n\r", {}, [], {"totalRows": 0, "count": 0}),
)

# What it is, the file, settings, the status of the answer (201: an import that failed), words of its sentence.
REFUSED = (
    ("an open quote", b'a,b\n1,2\n3,"x\n4,5\n', {}, 201, ("quote", "row 2", "line 3")),
    ("a row over 16 MiB", b"a,b\n1,2\n3," + b"x" * (16 << 20) + b"\n", {}, 201, ("row 2", "line 3", "16 MiB")),
    ("a ZIP", b"PK\x03\x04\x14\x00\x06\x00", {}, 422, ("ZIP", "XLSX")),
    ("a PNG", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", {}, 422, ("PNG",)),
    ("ragged", b"a,b\n1\n2,3,4\n", {"ragged": "reject"}, 201, ("row 1 (line 2)", "row 2 (line 3)")),
    ("too many rows", b"a\n1\n2\n3\n", {"maxRecords": "2"}, 422, ("3 rows", "2")),
    ("too large", b"a\n1\n2\n3\n", {"maxFileSize": "4"}, 413, ("8", "4")),
    ("a half character", "a\nx".encode("utf-16")[:-1], {}, 201, ("utf-16le", "row 1", "line 2")),
    ("not of its encoding", b"a\n\x80\xff\n", {"encoding": "shift_jis"}, 201, ("shift_jis", "row 1", "line 2")),
    ("no encoding", b"a\n1\n", {"encoding": "klingon"}, 422, ("encoding", "utf-8")),
    ("no delimiter", b"a\n1\n", {"delimiter": '"'}, 422, ("delimiter",)),
    ("gzip that is cut", gzip.compress(b"a,b\n1,2\n" * 100)[:-9], {}, 422, ("gzip",)),
    ("a gzip bomb", gzip.compress(b"a\n" * (50 << 20)), {}, 422, ("250",)),
)


def target(settings):
    return "/v1/imports" + ("?" + urllib.parse.urlencode(settings) if settings else "")


def received(bodies, import_id):
    """The rows that the webhook got of one import, ids checked and taken off."""
    rows = []
    found = [json.loads(path.read_bytes()) for path in pathlib.Path(bodies).glob("*")]
    for body in sorted((body for body in found if body["id"] == import_id), key=lambda body: body["index"]):
        rows += body["data"]
    check(all(list(row)[-1] == "__index" for row in rows), f"__index is not the last key: {rows}")
    check(len({row.pop("__index") for row in rows}) == len(rows), "row ids are not unique")
    return rows


def check_import(what, found, expected):
    for field, value in expected.items():
        if field == "codes":
            noticed = {note["code"]: note.get("rows", []) for note in found["notes"]}
            check({code: noticed.get(code) for code in value} == value, f"{what}: noticed {found['notes']}")
        else:
            check(found[field] == value, f"{what}: {field} is {found[field]!r}")


def every_file():
    with workplace() as place:
        bodies = place.path("bodies")
        receiver = place.receiver("--save", bodies)
        daemon = place.daemon().wait_ready()
        make_webhook(daemon, receiver.url)
        for number, (what, content, settings, rows, expected) in enumerate(FILES):
            made = daemon.json("POST", target(settings), content, {"Content-Type": "text/csv"})
            found = daemon.await_import(made["id"])
            check_import(what, found, {"totalRows": len(rows), **expected})
            got = received(bodies, made["id"])
            check(got == rows, f"{what}: the webhook got {got}")
            shown = daemon.json("GET", f"/v1/imports/{made['id']}/rows")["data"]
            for row in shown:
                row.pop("__index")
            check(shown == rows, f"{what}: /rows shows {shown}")
            status, kept = daemon.request("GET", f"/v1/imports/{made['id']}/content")
            check((status, kept) == (200, content), f"{what}: /content answers {status} and other bytes")
            if "columns" in settings:
                continue
            path = place.folder / f"{number}.csv"
            path.write_bytes(content)
            options = [word for name, value in settings.items() for word in (f"--{name}", value)]
            done = place.pulter("convert", "--no-index", path, *options)
            check(done.returncode == 0, f"{what}: {done.stderr}")
            check([json.loads(line) for line in done.stdout.splitlines()] == rows, f"{what}: convert prints {done.stdout}")
        summary, problems = receiver.stop()
        check(not problems, f"the receiver saw {problems}")


def every_refusal():
    with workplace() as place:
        receiver = place.receiver()
        daemon = place.daemon().wait_ready()
        make_webhook(daemon, receiver.url)
        for what, content, settings, wanted, words in REFUSED:
            status, answer = daemon.request("POST", target(settings), content, {"Content-Type": "text/csv"})
            check(status == wanted, f"{what}: answered {status}: {answer}")
            said = json.loads(answer)
            if status == 201:
                check(said["state"] == "failed", f"{what}: the import is {said['state']}")
                said = said["error"]
            for word in words:
                check(word.lower() in said["detail"].lower(), f"{what}: \"{word}\" is not said in {answer}")
        summary, problems = receiver.stop()
        check(summary["requests"] == 0 and not problems, f"something was sent: {summary} {problems}")


if __name__ == "__main__":
    harness.main([every_file, every_refusal])
