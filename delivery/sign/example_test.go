package sign_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"crier/delivery/sign"
)

// A receiver reads the whole body first, since the signature is over its exact bytes.
func ExampleVerify() {
	secret, err := sign.ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		fmt.Println(err)
		return
	}
	body := []byte(`{"test": 2432232314}`)
	request := httptest.NewRequest(http.MethodPost, "/hooks", strings.NewReader(string(body)))
	request.Header.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	request.Header.Set("webhook-timestamp", "1614265330")
	request.Header.Set("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

	now := time.Unix(1614265330, 0).Add(3 * time.Second) // time.Now() in a real receiver
	fmt.Println(sign.Verify([]sign.Secret{secret}, request.Header, body, now, 5*time.Minute))
	fmt.Println(sign.Verify([]sign.Secret{secret}, request.Header, []byte(`{"test": 1}`), now, 5*time.Minute))
	// Output:
	// <nil>
	// no matching webhook signature
}
