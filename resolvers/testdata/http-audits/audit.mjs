// Runs every audit of GraphQL over HTTP against the server at argument 1, with
// the API key of argument 2, and prints the results as one JSON array.
import { serverAudits } from "graphql-http";

const [url, key] = process.argv.slice(2);

const withKey = (input, init = {}) => fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${key}` } });

const results = [];
for (const audit of serverAudits({ url, fetchFn: withKey })) {
  const result = await audit.fn();
  results.push({ name: audit.name, status: result.status, reason: result.reason ?? "" });
}
console.log(JSON.stringify(results));
