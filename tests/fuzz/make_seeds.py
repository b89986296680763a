#!/usr/bin/env python3
"""Writes the first inputs of every fuzz target's corpus. What a fuzzer finds later is added beside them by hand.

Each input begins with the decisions that its target takes from the front (see the target), then the text.
"""
import gzip
import ipaddress
import pathlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"


def write(target, name, *parts):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    data = b"".join(p if isinstance(p, bytes) else p.encode() for p in parts)
    (folder / name).write_bytes(data)


def csv_seeds():
    head = bytes([0, 4, 0, 7, 30])
    files = {
        "plain": "id,name\n1,Rodmann\n2,x\n",
        "quotes": 'id,name\r\n1,"a, ""b"""\r\n2,"two\nlines"\r\n',
        "ragged": "a,b,c\n1\n1,2,3,4,5\n\n1,2,3\n",
        "open_quote": 'a,b\n1,"never closed\n2,3\n',
        "cr_only": "a,b\r1,2\r3,4\r",
        "blank_header": "a,,a,__index\n1,2,3,4\n",
        "no_rows": "a,b\n",
        "quote_in_plain": 'a,b\nx"y,"q"tail\n',
        "bytes": b"a,b\n\x00\x01,\xc3\xa9\n\x1f,\xff\n",
        "long_cell": "a,b\n" + "x" * 300 + "," + '"' + "y" * 200 + '"\n',
        "zip": b"PK\x03\x04\x14\x00\x06\x00",
    }
    for name, text in files.items():
        write("csv_differential", name, head, text)
        write("json_roundtrip", name, bytes([2, 3]), "{}", text)
    write("csv_differential", "small_bodies", bytes([1, 8, 2, 1, 3, 9]), "a;b\n" + "1;2\n" * 60)
    write("json_roundtrip", "metadata", bytes([18, 1]), '{"a" : [1, 2.50] }', 'c\n"\\u0041\\"\n')


def response_seeds():
    answers = {
        "ok": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3;x=y\r\n!!!\r\n0\r\nA: b\r\n\r\n",
        "informational": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
        "old": "HTTP/1.0 200 OK\r\n\r\nuntil the end",
        "stray": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 X\r\n\r\n",
        "two_lengths": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
        "both_framings": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "folded": "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
        "bare_lf": "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "busy": "HTTP/1.1 429 X\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: close\r\n\r\n",
        "upgrade": "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
        "row_errors": '{"errors":[{"__index":"x","msg":"no"},{"row":"7","field":1,"message":{"a":[]}}]}',
    }
    for name, text in answers.items():
        write("http_response", name, bytes([1, 2, 3, 9, 1]), text)


def request_seeds():
    requests = {
        "get": "GET /v1/imports?limit=5&state=completed HTTP/1.1\r\nHost: pulter\r\n\r\n",
        "json": 'POST /v1/imports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 103\r\n\r\n'
                '{"templateId":"t","batchSize":5,"user":{"id":"u"},"source":{"path":"/a.csv"},"columns":{"A":"b"},"x":1}',
        "csv": "POST /v1/imports?webhookUrl=https%3A%2F%2Fa.example%2Fh&batchSize=3&metadata=%7B%22a%22%3A1%7D HTTP/1.1\r\n"
               "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na,b\n\r\n4\r\n1,2\n\r\n0\r\n\r\n",
        "smuggle": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET",
        "expect": "PUT /v1/imports/imp_1/content HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
        "two_hosts": "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "absolute": "GET http://a.example/v1/events?x HTTP/1.1\r\nHost: a\r\n\r\n",
        "bad_escape": "GET /a?b=%zz&c=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    }
    for name, text in requests.items():
        write("control_request", name, bytes([2, 5, 1, 30]), text)


def config_seeds():
    texts = {
        "usual": 'data_dir = "/var/lib/pulter"\nshards = 2\nallow_networks = ["10.0.0.0/8"]\nallow_http = true\n',
        "unknown": "colour = 1\n", "wrong_type": 'shards = "two"\n', "broken": "shards = [\n", "table": "[a]\nb = 1\n",
        "listen": 'listen = "127.0.0.1:8080"\ndurability = "relaxed"\n', "number": "99999999999999999999", "bool": "true",
    }
    for i, (name, text) in enumerate(texts.items()):
        write("config", name, bytes([i]), text)


def url_seeds():
    public = bytes([1, 1, 0, 93, 184, 216, 34])
    private = bytes([1, 2, 0, 93, 184, 216, 34, 0, 10, 0, 0, 7])
    mapped = bytes([1, 1, 1]) + bytes(10) + b"\xff\xff" + bytes([127, 0, 0, 1])
    urls = ["https://hooks.example.com/in?x=1", "http://127.0.0.1:9000/", "https://2130706433/", "https://0x7f.1/",
            "https://[::ffff:10.0.0.1]/", "https://[fe80::1%25eth0]/", "https://user:pw@a.example/", "https://a.example/#f",
            "https://169.254.169.254/latest", "https://metadata.google.internal/", "https://A.Example.:443/../x/./y%2e",
            "https://a.example\\@b.example/", "https://0177.0.0.01/", "https://a..b/", "https://xn--/", "ftp://a/",
            "https://[64:ff9b::a00:1]/", "https://1.1.1.1:25/"]
    for i, url in enumerate(urls):
        for kind, front in (("public", public), ("private", private), ("mapped", mapped)):
            if i < 3 or kind == "public":
                write("url_policy", f"{kind}_{i:02}", front, url)
    # A name that leads to one address of each special range, and to what is reachable inside of one.
    special = ["0.1.2.3", "100.64.0.1", "100.100.100.200", "168.63.129.16", "169.254.169.254", "172.31.0.1", "192.0.0.192",
               "192.0.2.1", "192.88.99.1", "198.19.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
               "::1", "64:ff9b::c058:6301", "64:ff9b::808:808", "100::1", "2001::1", "2001:1::1", "2001:1::4", "2001:2::1",
               "2001:3::1", "2001:4:112::1", "2001:20::1", "2001:40::1", "2001:1ff::1", "2001:200::1", "2001:db8::1",
               "2002:a00:1::1", "2620:fe::fe", "2620:fe::5efe:a00:1", "3fff::1", "3fff:1000::1", "5f00::1", "fc00::1",
               "fd00:ec2::254", "fd00:ec2::23", "fe80::1", "fec0::1", "ff02::1"]
    for i, text in enumerate(special):
        address = ipaddress.ip_address(text)
        front = bytes([1, 1, 1 if address.version == 6 else 0]) + address.packed
        write("url_policy", f"special_{i:02}", front, "https://hooks.example.com/in")


def encoding_seeds():
    text = "name,ort\nJosé,Köln\n€,𝄞\n"
    for i, codec in enumerate(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]):
        write("encoding", codec, bytes([i, 2, 1, 4, 2]), text.encode(codec))
        write("encoding", codec + "_mark", bytes([i, 2, 1, 4, 2]), "\ufeff".encode(codec) + text.encode(codec))
    write("encoding", "windows", bytes([5, 0, 3]), "José;€\n".encode("cp1252") + b"\x81\x8d")
    write("encoding", "lone_surrogate", bytes([1, 0, 1]), b"a\x00\x00\xd8b\x00")
    write("encoding", "overlong", bytes([0, 0, 1]), b"\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80")


def gzip_seeds():
    text = b"id,name\n1,Ada\n2,Alan\n" * 4
    one = gzip.compress(text, mtime=0)
    front = bytes([6, 1, 2, 1, 9, 3])
    named = one[:3] + b"\x08" + one[4:10] + b"a.csv\0" + one[10:]
    for name, packed in (("one", one), ("two", one + gzip.compress(text[:8], 0, mtime=0)), ("named", named),
                         ("padded", one + bytes(7)), ("cut", one[:-5]), ("followed", one + b"x"),
                         ("bomb", gzip.compress(bytes(300_000), mtime=0)), ("empty", gzip.compress(b"", mtime=0)),
                         ("bad_sum", one[:-8] + b"\0\0\0\0" + one[-4:]), ("text", text)):
        write("gzip", name, front, packed)


def simulation_seeds():
    for seed in range(12):
        state = seed * 7919 + 1
        data = bytearray()
        for _ in range(700):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            data.append(state >> 56)
        write("sim_faults", f"plan_{seed:02}", bytes(data))
    write("sim_faults", "nothing_wrong", b"\0\1" + b"\xff\xff" * 40)


for make in (csv_seeds, response_seeds, request_seeds, config_seeds, url_seeds, encoding_seeds, gzip_seeds,
             simulation_seeds):
    make()
