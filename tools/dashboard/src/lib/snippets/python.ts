export const python = (path: string): string => `import base64, hashlib, hmac, json, os, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

secret = os.environ["PULTER_SECRET"]
key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
seen = set()  # in your database: the same id twice is one batch


def verified(headers, body):
    id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "0")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    mine = hmac.new(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    wanted = "v1," + base64.b64encode(mine).decode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(each.encode(), wanted.encode()) for each in given)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        ok = self.path.split("?")[0] == "${path}" and verified(self.headers, body)
        if ok and self.headers["webhook-id"] not in seen:
            batch = json.loads(body)
            print(batch["index"], "of", batch["count"], len(batch["data"]), "rows", flush=True)
            seen.add(self.headers["webhook-id"])
        answer = b'{"errors":[]}' if ok else b""
        self.send_response(200 if ok else 401)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


ThreadingHTTPServer(("", int(os.environ.get("PORT", 9000))), Receiver).serve_forever()
`;
