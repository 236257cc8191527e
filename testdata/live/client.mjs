// Subscribes with the published clients to the server at argument 1, as lines of JSON on standard input say:
// {"do": "subscribe", "id", "transport", "key", "query", "variables"}, where transport is "ws", "ws-legacy-header",
// "ws-upgrade-header" or "sse", and {"do": "complete", "id"}. What each subscription gets is a line of JSON on
// standard output: {"id", "event", "payload"}, where event is "next", "error" or "complete".
import { createInterface } from "node:readline";
import { createClient as overSSE } from "graphql-sse";
import { createClient as overWebSocket } from "graphql-ws";
import WebSocket from "ws";

const url = process.argv[2];
const transports = {
  ws: (key) => webSocket({ connectionParams: { Authorization: `Bearer ${key}` } }),
  "ws-legacy-header": (key) => webSocket({ connectionParams: { "MARKETPLACER-API-KEY": key } }),
  "ws-upgrade-header": (key) => webSocket({
    webSocketImpl: class extends WebSocket {
      constructor(address, protocols) {
        super(address, protocols, { headers: { Authorization: `Bearer ${key}` } });
      }
    },
  }),
  sse: (key) => overSSE({ url, headers: { Authorization: `Bearer ${key}` }, retryAttempts: 0 }),
};

function webSocket(options) {
  return overWebSocket({ url: url.replace(/^http/, "ws"), webSocketImpl: WebSocket, retryAttempts: 0, ...options });
}

function say(id, event, payload) {
  console.log(JSON.stringify({ id, event, payload }));
}

// What an error is made of depends on where it comes from: GraphQL, the closing of a socket, or the response.
function described(error) {
  if (Array.isArray(error)) {
    return { errors: error };
  }
  return { code: error?.code, reason: error?.reason, status: error?.response?.status, message: error?.message };
}

const clients = {};
const running = {};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { do: what, id, transport, key, query, variables } = JSON.parse(line);
  if (what === "complete") {
    running[id]();
    return;
  }
  const client = (clients[`${transport} ${key}`] ??= transports[transport](key));
  running[id] = client.subscribe({ query, variables }, {
    next: (payload) => say(id, "next", payload),
    error: (error) => say(id, "error", described(error)),
    complete: () => say(id, "complete"),
  });
}).on("close", () => process.exit());
