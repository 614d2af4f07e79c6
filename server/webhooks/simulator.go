package webhooks

import (
	"io"
	"net/http"
	"strings"
)

// Simulator takes the requests of a demonstration, so that none leaves the machine: it
// answers 204, and 503 where the path contains "fail".
type Simulator struct{}

// RoundTrip implements http.RoundTripper.
func (Simulator) RoundTrip(request *http.Request) (*http.Response, error) {
	defer request.Body.Close()
	status := http.StatusNoContent
	if strings.Contains(request.URL.Path, "fail") {
		status = http.StatusServiceUnavailable
	}
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader("")), Request: request,
	}, nil
}
