"""A name server for a test: a thread on 127.0.0.1 that knows the names it was given, and no others."""
import socket
import struct
import threading


class NameServer:
    def __init__(self, names):
        self.names = dict(names)  # name -> list of IPv4 addresses
        self.questions = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                question, peer = self.socket.recvfrom(1500)
            except OSError:
                return
            self.socket.sendto(self.answer(question), peer)

    def answer(self, question):
        at, labels = 12, []
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += question[at] + 1
        name = ".".join(labels)
        kind = struct.unpack("!H", question[at + 1:at + 3])[0]
        self.questions.append((name, kind))
        known = name in self.names
        addresses = self.names.get(name, []) if kind == 1 else []
        head = question[:2] + struct.pack("!HHHHH", 0x8180 if known else 0x8183, 1, len(addresses), 0, 0)
        records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton(address)
                           for address in addresses)
        return head + question[12:at + 5] + records
