"""What every stand-in of a ticket system shares: faults, the tests' own calls, and how it starts and ends.

It listens on loopback alone, prints its port, and ends with its standard input. A folder with `cert.pem` and `key.pem` as its
argument makes it speak TLS. `/_control/...` is the tests' own: tickets and comments as people make them, faults, and what is
there. `/_control/seen` answers in the same form for every system.
"""

import json
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

PASSWORD = "correct-horse"
CLIENT = ("exeat-client", "correct-staple")
LOCK = threading.RLock()


class Wrong:
    """What goes wrong next, and what was called."""

    def __init__(self):
        self.faults = []
        self.calls = []

    def next(self, call):
        self.calls.append(call)
        for fault in self.faults:
            if fault["times"] > 0 and re.search(fault["match"], call):
                if fault.get("skip", 0) > 0:
                    fault["skip"] -= 1
                    continue
                fault["times"] -= 1
                return fault
        return None


WRONG = Wrong()


class Handler(BaseHTTPRequestHandler):
    """One call. A system gives `answer(path)`, `control(what, asked)`, `seen()` and `error(status, message, headers)`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_):
        pass

    def do(self):
        length = int(self.headers.get("content-length") or 0)
        self.body = self.chunks() if self.headers.get("transfer-encoding") == "chunked" else self.rfile.read(length)
        url = urlsplit(self.path)
        self.query = dict(parse_qsl(url.query, keep_blank_values=True))
        path = url.path
        if path.startswith("/_control/"):
            return self.controlled(path.removeprefix("/_control/"))
        with LOCK:
            fault = WRONG.next(f"{self.command} {path}")
        if fault and fault["kind"] == "status":
            extra = {"Retry-After": fault["retry_after"]} if "retry_after" in fault else {}
            return self.error(fault["status"], fault.get("message", "Fault"), extra)
        if fault and fault["kind"] == "reset":
            return self.reset()
        if fault and fault["kind"] == "redirect":
            return self.send(302, b"", {"Location": fault["to"]})
        if fault and fault["kind"] == "garbage":
            return self.send(200, b"<html><body>Your instance is hibernating</body></html>", {"Content-Type": "text/html"})
        if fault and fault["kind"] == "stall":
            time.sleep(fault["seconds"])
        self.lost = fault["kind"] if fault and fault["kind"] in ("lost", "truncated") else None
        with LOCK:
            self.answer(path)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def controlled(self, what):
        asked = json.loads(self.body or b"{}")
        with LOCK:
            if what == "faults":
                WRONG.faults = [{"times": 1, **fault} for fault in asked]
                return self.json(200, {})
            if what == "seen":
                return self.json(200, {**self.seen(), "calls": WRONG.calls})
            self.json(200, self.control(what, asked))

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def send(self, status, body, headers=None):
        if getattr(self, "lost", None) == "lost":
            return self.reset()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, str(value))
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if getattr(self, "lost", None) == "truncated":
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            return self.reset()
        self.wfile.write(body)
        self.wfile.flush()

    def json(self, status, value, headers=None):
        self.send(status, json.dumps(value).encode(), {"Content-Type": "application/json;charset=UTF-8", **(headers or {})})


def main(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(sys.argv[1], "cert.pem"), os.path.join(sys.argv[1], "key.pem"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)
