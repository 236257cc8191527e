/** How a receiver verifies a delivery: complete, without dependencies, in four languages. */
export const verifications = {
  'Node.js': `import { createHmac, timingSafeEqual } from "node:crypto";

const key = Buffer.from(process.env.WEBHOOK_SECRET.replace("whsec_", ""), "base64");

/** body: the raw bytes of the request, before any parsing. */
export function verify(headers, body) {
  const id = headers["webhook-id"], at = headers["webhook-timestamp"];
  if (!(Math.abs(Date.now() / 1000 - Number(at)) <= 300)) return false;
  const expected = Buffer.from(
    "v1," + createHmac("sha256", key).update(\`\${id}.\${at}.\`).update(body).digest("base64"));
  return headers["webhook-signature"].split(" ").some((given) => {
    const signature = Buffer.from(given);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
}
`,
  Python: `import base64, hashlib, hmac, os, time

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))

def verify(headers, body: bytes) -> bool:
    """body: the raw bytes of the request, before any parsing."""
    id, at = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(at)) > 300:
        return False
    digest = hmac.new(KEY, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    return any(hmac.compare_digest(given.encode(), expected.encode())
               for given in headers["webhook-signature"].split())
`,
  Go: `package receiver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Verify reports whether a request is signed. body is what was read of it, before any parsing.
func Verify(h http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("WEBHOOK_SECRET"), "whsec_"))
	at, atErr := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || atErr != nil || time.Since(time.Unix(at, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), at, body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for given := range strings.FieldsSeq(h.Get("webhook-signature")) {
		if hmac.Equal([]byte(given), []byte(expected)) {
			return true
		}
	}
	return false
}
`,
  'Shell': `# body.json holds the exact bytes that came; ID, AT and SIGNATURE are the headers
# webhook-id, webhook-timestamp and webhook-signature.
key=$(printf %s "\${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -vtx1 | tr -d ' \\n')
expected=v1,$({ printf %s. "$ID" "$AT"; cat body.json; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
age=$(($(date +%s) - AT))
[ "\${age#-}" -le 300 ] && case " $SIGNATURE " in
  *" $expected "*) echo verified ;;
  *) echo 'not signed with this secret'; exit 1 ;;
esac
`,
} as const;

export type Language = keyof typeof verifications;

export const languages = Object.keys(verifications) as Language[];
