// Reads deliveries as JSON from standard input, as a receiver got them, and writes what the published libraries
// say of each as JSON to standard output, in the same order: "" where one accepts it, else why not.
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { HTTP } from "cloudevents";
import { Webhook as Standard } from "standardwebhooks";
import { Webhook as Svix } from "svix";

// The header of an ed25519 key in the form that node:crypto reads (RFC 8410).
const ed25519 = Buffer.from("302a300506032b6570032100", "hex");

function said(check) {
  try {
    return check() ?? "";
  } catch (error) {
    return error.message || String(error);
  }
}

function asymmetric(publicKey, headers, body) {
  const raw = Buffer.from(publicKey.replace(/^whpk_/, ""), "base64");
  const key = createPublicKey({ key: Buffer.concat([ed25519, raw]), format: "der", type: "spki" });
  const message = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
  const signatures = headers["webhook-signature"].split(" ").filter((entry) => entry.startsWith("v1a,"));
  const fits = signatures.some((entry) => verify(null, message, key, Buffer.from(entry.slice(4), "base64")));
  return fits ? "" : "no v1a signature fits";
}

function answer({ secret, publicKey, headers, body }) {
  const cloud = headers["content-type"].startsWith("application/cloudevents+json");
  let event = null;
  return {
    standardwebhooks: said(() => void new Standard(secret).verify(body, headers)),
    svix: said(() => void new Svix(secret).verify(body, headers)),
    asymmetric: publicKey ? said(() => asymmetric(publicKey, headers, body)) : "",
    cloudevents: cloud
      ? said(() => {
          event = HTTP.toEvent({ headers, body });
          event.validate();
        })
      : "",
    event: event && event.toJSON(),
  };
}

const deliveries = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(deliveries.map(answer)));
