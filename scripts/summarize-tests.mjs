// Reads the output of `go test -json`: prints what failed, what was skipped and
// a closing line of counts; exits 1 where anything failed or was skipped.
import { readFileSync } from "node:fs";

// essence is what a test printed that did not end: of the stacks of a timeout,
// which fill megabytes, those that stand in a test.
function essence(text) {
  return text
    .split("\n\n")
    .filter((part) => !part.startsWith("goroutine ") || part.includes("_test.go:"))
    .map((part) => part.slice(0, 4000))
    .join("\n\n")
    .slice(0, 40000);
}

const counts = { pass: 0, fail: 0, skip: 0 };
const lines = new Map(); // test or package → what it printed
const packages = { ok: 0, failed: [] };

for (const text of readFileSync(process.argv[2], "utf8").split("\n")) {
  if (!text.startsWith("{")) {
    if (text) console.log(text);
    continue;
  }
  const event = JSON.parse(text);
  const key = `${event.Package ?? event.ImportPath} ${event.Test ?? ""}`.trim();
  if (event.Action === "output" || event.Action === "build-output") {
    lines.set(key, (lines.get(key) ?? "") + event.Output);
  } else if (event.Test && event.Action in counts) {
    counts[event.Action]++;
    if (event.Action !== "pass") console.log(`--- ${event.Action}: ${key}\n${lines.get(key) ?? ""}`);
    lines.delete(key);
  } else if (event.Action === "pass") {
    packages.ok++;
    console.log(`ok   ${event.Package} ${event.Elapsed}s`);
  } else if (event.Action === "fail" || event.Action === "build-fail") {
    packages.failed.push(key);
    console.log(`FAIL ${key}\n${lines.get(key) ?? ""}`);
    for (const [name, text] of lines) {
      if (name.startsWith(`${key} `)) console.log(`--- unfinished: ${name}\n${essence(text)}`);
    }
  }
}
console.log(`${packages.ok} packages passed, ${packages.failed.length} failed`);
console.log(`${counts.pass} passed, ${counts.fail} failed, ${counts.skip} skipped`);
process.exit(counts.fail + counts.skip + packages.failed.length > 0 ? 1 : 0);
