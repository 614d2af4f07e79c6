package proctest

import (
	"net"
	"net/http"
	"testing"
	"time"
)

// patience is how long a test waits for something that is bound to come. No
// test passes or fails by how soon it does.
const patience = time.Minute

// FreeAddress returns an unused address of the host.
func FreeAddress(t testing.TB, host string) string {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

// AwaitReady waits until the server at origin says that it is ready.
func AwaitReady(t testing.TB, origin string) {
	t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		answer, err := http.Get(origin + "/readyz")
		if err != nil {
			continue
		}
		_ = answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatal("the program does not get ready")
}
