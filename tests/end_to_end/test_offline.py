#!/usr/bin/env python3
"""The commands that need no daemon: check, convert, verify, explain."""
import json

import harness
from harness import SAMPLE, SECRET, check, reference_rows, workplace

# The contract's own vector (section 2).
VECTOR = (b'{"id":"clewr9x160001bxowssfzcznm","templateId":"cl6q9lmji2146jk99hfc01rea","index":1,"count":1,'
          b'"totalRows":1,"event_name":"all","data":[{"last_name":"Rodmann","age":"44",'
          b'"__index":"ee6add27-e2c1-44f7-8ab2-08a6e0423206"}],"user":{"id":"modu8402j7gqtltvqx264p"},"metadata":{}}')
SIGNATURE = "v1,Skvddn5jAiboj4S1Mi4oJuExe/+ZJTMrf6GlgV0fO7c="


def convert_gives_the_rows_of_the_reference():
    expected = reference_rows(SAMPLE)
    with workplace() as place:
        done = place.pulter("convert", SAMPLE, "--no-index")
        check(done.returncode == 0, done.stderr)
        check([json.loads(line) for line in done.stdout.splitlines()] == expected, "the rows are not those of the file")
        piped = place.pulter("convert", "-", stdin=SAMPLE.read_bytes())
        rows = [json.loads(line) for line in piped.stdout.splitlines()]
        check(len({row.pop("__index") for row in rows}) == len(expected), "row ids are not unique")
        check(rows == expected, "the rows from standard input are not those of the file")


def check_says_what_was_read():
    with workplace() as place:
        def report(content, *options):
            path = place.folder / "file.csv"
            path.write_bytes(content)
            done = place.pulter("--json", "check", path, *options)
            check(done.returncode == 0, done.stderr)
            return json.loads(done.stdout)

        text = "name;city\nZoë;Zürich\nRenée;Nîmes\n"
        for encoded, name in ((text.encode(), "utf-8"), (b"\xef\xbb\xbf" + text.encode(), "utf-8"),
                              (text.encode("utf-16"), "utf-16le"), (text.encode("cp1252"), "windows-1252")):
            found = report(encoded)
            check(found["encoding"] == name and found["delimiter"] == ";", f"{name}: {found}")
            check(found["columns"] == ["name", "city"] and found["totalRows"] == 2, f"{name}: {found}")
            rows = place.pulter("convert", place.folder / "file.csv", "--no-index").stdout
            check(json.loads(rows.splitlines()[0]) == {"name": "Zoë", "city": "Zürich"}, f"{name}: {rows}")
        found = report(b"a,a,,__index\n1,2,3,4\n5\n\n6,7,8,9,10\n")
        check(found["columns"] == ["a", "a_2", "column_3", "__index_2"], f"{found}")
        check((found["shortRows"], found["longRows"], found["blankLines"]) == (1, 1, 1), f"{found}")
        check(report(b"a|b\n1|2\n", "--delimiter", "tab")["columns"] == ["a|b"], "the delimiter was not taken")


def verify_agrees_with_the_contract():
    with workplace() as place:
        def verify(*changes, body=VECTOR):
            options = {"--secret": SECRET, "--id": "msg_test1", "--timestamp": "1700000000", "--signature": SIGNATURE}
            options.update(dict(changes))
            words = [word for pair in options.items() for word in pair]
            return place.pulter("verify", "--any-time", *words, stdin=body).returncode

        check(verify() == 0, "the contract's vector")
        check(verify(("--signature", "v1,AAAA " + SIGNATURE)) == 0, "one of two signatures is enough")
        for change in (("--id", "msg_test2"), ("--timestamp", "1700000001"), ("--secret", "another"),
                       ("--signature", SIGNATURE.replace("S", "T", 1))):
            check(verify(change) == 1, f"{change} was accepted")
        check(verify(body=VECTOR + b" ") == 1, "another body was accepted")
        words = ["--secret", SECRET, "--id", "msg_test1", "--timestamp", "1700000000", "--signature", SIGNATURE]
        late = place.pulter("verify", *words, stdin=VECTOR)
        check(late.returncode == 1 and b"clock" in late.stderr, f"an old timestamp: {late.stderr}")


def explain_names_the_rule():
    with workplace() as place:
        for url, flags, code, word in (
                ("http://127.0.0.1/", ["--allow-http"], 1, "loopback"),
                ("http://127.0.0.1/", ["--allow-http", "--allow-network", "127.0.0.0/8"], 0, "127.0.0.0/8"),
                ("http://2130706433/", ["--allow-http"], 1, "loopback"),
                ("https://[::ffff:10.0.0.1]/", [], 1, "IPv4-mapped"),
                ("https://169.254.169.254/", ["--allow-network", "169.254.0.0/16"], 1, "metadata"),
                ("http://192.0.2.1/", [], 1, "--allow-http"),
                ("https://user@192.0.2.1/", [], 1, "user"),
                ("gopher://192.0.2.1/", [], 1, "http"),
                ("https://8.8.8.8/", [], 0, "allowed")):
            done = place.pulter("explain", url, *flags)
            check(done.returncode == code, f"{url} {flags}: exit {done.returncode}: {done.stdout}{done.stderr}")
            check(word in done.stdout, f"{url} {flags}: \"{word}\" is not said in: {done.stdout}")
        bad = place.pulter("explain", "https://8.8.8.8/", "--allow-network", "nonsense")
        check(bad.returncode == 2 and "nonsense" in bad.stderr, f"a bad network: {bad.stderr}")


if __name__ == "__main__":
    harness.main([convert_gives_the_rows_of_the_reference, check_says_what_was_read, verify_agrees_with_the_contract,
                  explain_names_the_rule])
