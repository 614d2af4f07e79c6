package providers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

const acs3 = "ACS3-HMAC-SHA256"

// signACS3 signs a request by Alibaba Cloud's "Request syntax and signature method V3".
// The header must be complete except for x-acs-content-sha256 and Authorization, which
// it adds. A query must have its canonical form already: sorted by name, and
// percent-encoded as in RFC 3986.
func signACS3(request *http.Request, body []byte, keyID, keySecret string) {
	request.Header.Set("x-acs-content-sha256", sha256Hex(body))
	canonical, signed := canonicalRequest(request)
	mac := hmac.New(sha256.New, []byte(keySecret))
	io.WriteString(mac, acs3+"\n"+sha256Hex([]byte(canonical)))
	request.Header.Set("Authorization", acs3+" Credential="+keyID+
		",SignedHeaders="+signed+",Signature="+hex.EncodeToString(mac.Sum(nil)))
}

// canonicalRequest returns the text to sign, and the names of the headers in it.
func canonicalRequest(request *http.Request) (text, signed string) {
	headers := signedHeaders(request)
	names := slices.Sorted(maps.Keys(headers))
	signed = strings.Join(names, ";")
	var lines strings.Builder
	for _, name := range names {
		lines.WriteString(name + ":" + headers[name] + "\n")
	}
	return strings.Join([]string{
		request.Method,
		request.URL.EscapedPath(),
		request.URL.RawQuery,
		lines.String(),
		signed,
		headers["x-acs-content-sha256"],
	}, "\n"), signed
}

// signedHeaders returns the headers that must be signed, by their lower-case names.
func signedHeaders(request *http.Request) map[string]string {
	headers := map[string]string{"host": request.URL.Host}
	for name, values := range request.Header {
		name = strings.ToLower(name)
		if name == "content-type" || strings.HasPrefix(name, "x-acs-") {
			headers[name] = strings.TrimSpace(values[0])
		}
	}
	return headers
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
