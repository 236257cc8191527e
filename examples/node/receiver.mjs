// A receiver of Crier's webhooks, with nothing but Node 20:
//
//   WEBHOOK_SECRETS="whsec_…" node receiver.mjs
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const TOLERANCE = 5 * 60; // seconds that a timestamp may be from now
const MAX_BODY = 10 << 20; // bytes
const QUEUED = 1000; // deliveries that wait to be applied

// One secret, or during a rotation both.
const secrets = (process.env.WEBHOOK_SECRETS ?? "").split(/\s+/).filter(Boolean).map((text) => Buffer.from(text.replace(/^whsec_/, ""), "base64"));
if (secrets.length === 0) throw new Error("set WEBHOOK_SECRETS");

// verify checks the signature (Standard Webhooks 1.0, v1) of the exact bytes of the body, and the time that
// is signed with it. It returns what is wrong, or undefined.
function verify(headers, body) {
  const id = headers["webhook-id"], timestamp = headers["webhook-timestamp"];
  if (!id || !/^\d+$/.test(timestamp ?? "")) return "no webhook-id or webhook-timestamp";
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE) return "the timestamp is not of now";
  for (const secret of secrets) {
    const expected = Buffer.from("v1," + createHmac("sha256", secret).update(`${id}.${timestamp}.`).update(body).digest("base64"));
    for (const text of (headers["webhook-signature"] ?? "").split(" ")) {
      const signature = Buffer.from(text);
      if (signature.length === expected.length && timingSafeEqual(signature, expected)) return undefined;
    }
  }
  return "no signature fits";
}

// What is remembered is in memory: in your system it is a table with a unique webhook_id, and one with the last
// sequence of each entity, written in the same transaction as what you do with the delivery.
const seen = new Set(); // of webhook-id
const last = new Map(); // sequence by entity
const queue = [];

// work applies what is newer than what was applied of the same entity; an older delivery came late, and the
// newer one has shown a later state already.
function work() {
  const { body, sequence } = queue.shift();
  if (body.event_name === "ping") return console.log("ping");
  const subject = body.payload?.data?.node?.id ?? ""; // the document has to select it
  if (last.has(subject) && sequence <= last.get(subject)) return console.log("older", subject, sequence);
  last.set(subject, sequence);
  console.log("applied", subject, sequence); // do your work here
}

// receive verifies, remembers and answers at once; the work is done afterwards. It returns status and reason.
function receive(headers, raw) {
  const wrong = verify(headers, raw);
  if (wrong) {
    console.log("refused:", wrong);
    return [401, wrong];
  }
  let body;
  try {
    body = JSON.parse(raw);
  } catch {
    return [400, "the body is no JSON"];
  }
  if (!/^-?\d+$/.test(headers["crier-sequence"] ?? "")) return [400, "no Crier-Sequence"];
  const id = headers["webhook-id"];
  if (seen.has(id)) {
    console.log("duplicate", id);
    return [204]; // it was accepted before: say so again
  }
  if (queue.length >= QUEUED) return [503, "busy"]; // it is sent again
  seen.add(id);
  queue.push({ body, sequence: Number(headers["crier-sequence"]) });
  setImmediate(work);
  return [204];
}

createServer((request, response) => {
  const chunks = [];
  let size = 0;
  request.on("data", (chunk) => {
    size += chunk.length;
    if (size > MAX_BODY) request.destroy();
    else chunks.push(chunk);
  });
  request.on("end", () => {
    const [status, reason] = receive(request.headers, Buffer.concat(chunks));
    response.writeHead(status).end(reason);
  });
  request.on("error", () => {}); // the sender went away: it tries again
}).listen(Number(process.env.PORT ?? 9000), "127.0.0.1");
