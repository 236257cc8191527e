"""A receiver of Crier's webhooks, with nothing but Python 3.9:

    WEBHOOK_SECRETS="whsec_…" python3 receiver.py
"""
import base64
import hashlib
import hmac
import json
import logging as log
import os
import queue
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

log.basicConfig(level=log.INFO, format="%(message)s", stream=sys.stdout)

TOLERANCE = 5 * 60  # seconds that a timestamp may be from now
MAX_BODY = 10 << 20  # bytes

# One secret, or during a rotation both.
SECRETS = [base64.b64decode(text.removeprefix("whsec_")) for text in os.environ["WEBHOOK_SECRETS"].split()]


def verify(headers, body):
    """Checks the signature (Standard Webhooks 1.0, v1) of the exact bytes of the body, and the time that is signed
    with it. Returns what is wrong, or None."""
    id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not id or not (timestamp.isascii() and timestamp.isdigit()):
        return "no webhook-id or webhook-timestamp"
    if abs(time.time() - int(timestamp)) > TOLERANCE:
        return "the timestamp is not of now"
    signed = id.encode() + b"." + timestamp.encode() + b"." + body
    for secret in SECRETS:
        expected = b"v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256))
        for signature in headers.get("webhook-signature", "").split(" "):
            if hmac.compare_digest(signature.encode(), expected):  # in constant time
                return None
    return "no signature fits"


# What is remembered is in memory: in your system it is a table with a unique webhook_id, and one with the last
# sequence of each entity, written in the same transaction as what you do with the delivery.
seen, last = set(), {}
lock = threading.Lock()
waiting = queue.Queue(maxsize=1000)


def work():
    """Applies what is newer than what was applied of the same entity; an older delivery came late, and the newer
    one has shown a later state already."""
    while True:
        body, sequence = waiting.get()
        if body.get("event_name") == "ping":
            log.info("ping")
            continue
        node = ((body.get("payload") or {}).get("data") or {}).get("node") or {}
        subject = node.get("id", "")  # the document has to select it
        if sequence <= last.get(subject, 0):
            log.info("older %s %d", subject, sequence)
            continue
        last[subject] = sequence
        log.info("applied %s %d", subject, sequence)  # do your work here


def take(id, body, sequence):
    """Queues a delivery that is new; False says that there is no room."""
    with lock:
        if id in seen:
            log.info("duplicate %s", id)
            return True  # it was accepted before: say so again
        try:
            waiting.put_nowait((body, sequence))
        except queue.Full:
            return False
        seen.add(id)
        return True


class Receiver(BaseHTTPRequestHandler):
    timeout = 60  # seconds without a byte

    def do_POST(self):
        """Verifies, remembers and answers at once; the work is done afterwards."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            return self.send_error(400, "no Content-Length, or too much")
        raw = self.rfile.read(int(length))
        wrong = verify(self.headers, raw)
        if wrong:
            log.info("refused: %s", wrong)
            return self.send_error(401, wrong)
        try:
            body, sequence = json.loads(raw), int(self.headers["Crier-Sequence"])
        except (ValueError, TypeError):
            return self.send_error(400, "no JSON, or no Crier-Sequence")
        if not take(self.headers["webhook-id"], body, sequence):
            return self.send_error(503, "busy")  # it is sent again
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


threading.Thread(target=work, daemon=True).start()
ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", 9000))), Receiver).serve_forever()
