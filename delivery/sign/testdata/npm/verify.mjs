// Reads vectors as JSON from standard input, verifies each with the published library, signs each with
// it too, and writes the answers as JSON to standard output, in the same order.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

function answer({ secret, id, timestamp, signature, body }) {
  const webhook = new Webhook(secret);
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signature,
  };
  const signed = webhook.sign(id, new Date(Number(timestamp) * 1000), body);
  try {
    webhook.verify(body, headers);
    return { verified: true, signed };
  } catch (error) {
    return { verified: false, signed, error: error.message };
  }
}

const vectors = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(vectors.map(answer)));
