"""An HTTP server on 127.0.0.1 that behaves as its paths say, for the tests of `modgap data`.

    python3 server.py FOLDER      prints its port, then serves until its standard input is closed

    /whole/NAME        the file, or the range of it that is asked for
    /plain/NAME        the file, always whole, without a length, a range or a tag
    /cut/KEY/NAME      as /whole, but each answer is cut at a random byte, until a twentieth or less is left
    /once/KEY/NAME     as /whole, but the first answer is cut in the middle
    /busy/KEY/NAME     500 at first, then as /whole
    /rigid/KEY/NAME    as /once, but it sends no parts: what is asked for next is the whole file
    /changed/KEY/NAME  as /once; what is asked for next has another tag, and the file is reversed
    /loop/KEY          redirects to itself
    /to/WHERE          redirects to /WHERE
    /page/NAME         a web page with status 200
    /slow/NAME         a few bytes, and then nothing more
    /drip/NAME         as /whole, in 64 pieces with a tenth of a second in between
    /log               the requests so far, one a line: path, range
"""

import http.server
import os
import random
import sys
import threading
import time
import urllib.parse

FOLDER = sys.argv[1]
seen, lock, log = {}, threading.Lock(), []


def times(key):
    """How often this was asked for before."""
    with lock:
        seen[key] = seen.get(key, 0) + 1
        return seen[key] - 1


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        path = urllib.parse.unquote(self.path.split("?")[0])
        if path == "/log":
            return self.send(200, "\n".join(log).encode())
        with lock:
            log.append(f"{path} {self.headers.get('Range', '-')}")
        kind, _, rest = path[1:].partition("/")
        name = os.path.basename(rest)
        first = times(path) == 0 if kind in ("once", "busy", "changed", "rigid") else False
        if kind == "loop":
            return self.send(302, b"", location=self.path)
        if kind == "to":
            return self.send(302, b"", location="/" + rest)
        if kind == "page":
            return self.send(200, b"<html>Too many downloads</html>", type="text/html; charset=utf-8")
        if kind == "busy" and first:
            return self.send(500, b"busy" * 1000)
        try:
            with open(os.path.join(FOLDER, name), "rb") as file:
                data = file.read()
        except OSError:
            return self.send(404, b"no such file" * 100)
        if kind == "plain":
            return self.stream(data)
        if kind == "slow":
            return self.part(data, 0, len(data), '"v1"', stop=10, wait=3600)
        tag = '"v1"'
        if kind == "changed" and not first:
            data, tag = data[::-1], '"v2"'
        start = 0
        asked = self.headers.get("Range", "")
        if kind != "rigid" and asked.startswith("bytes=") and self.headers.get("If-Range", tag) == tag:
            start = int(asked[6:].split("-")[0])
            if start >= len(data):
                return self.send(416, b"", range=f"bytes */{len(data)}")
        stop = None
        left = len(data) - start
        if kind == "cut" and left > len(data) // 20:
            stop = random.randrange(1, left)
        if first and kind in ("once", "changed", "rigid"):
            stop = left // 2
        self.part(data, start, len(data), tag, stop=stop, drip=kind == "drip")

    def send(self, status, body, type="text/plain", location=None, range=None):
        self.send_response(status)
        self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        if range:
            self.send_header("Content-Range", range)
        self.end_headers()
        self.wfile.write(body)

    def part(self, data, start, end, tag, stop=None, wait=0, drip=False):
        self.send_response(206 if start else 200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(end - start))
        self.send_header("ETag", tag)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{end}")
        self.end_headers()
        body = data[start:end]
        if drip:
            step = max(1, len(body) // 64)
            for at in range(0, len(body), step):
                self.wfile.write(body[at : at + step])
                self.wfile.flush()
                time.sleep(0.1)
            return
        self.wfile.write(body if stop is None else body[:stop])
        self.wfile.flush()
        if wait:
            time.sleep(wait)
        if stop is not None:
            self.close_connection = True

    def stream(self, data):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for at in range(0, len(data), 1 << 16):
            piece = data[at : at + (1 << 16)]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        pass


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
