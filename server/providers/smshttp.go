package providers

import (
	"errors"
	"net/http"
	"net/url"
	"time"
)

func smsHTTP() *http.Client {
	transport := newTransport()
	transport.ForceAttemptHTTP2 = true
	transport.IdleConnTimeout = time.Minute
	return newClient(transport)
}

// smsURL refuses an address that would send codes unencrypted to another machine. Its
// error names the option what, without its value, because a query can contain a secret.
func smsURL(what, text string) (*url.URL, error) {
	target, err := url.Parse(text)
	switch {
	case err != nil || target.Hostname() == "" || target.Fragment != "":
		return nil, errors.New(what + " must be like https://host.example.com/path")
	case target.User != nil:
		return nil, errors.New(what + " must hold no user name or password: requests are signed")
	case target.Scheme != "https" && (target.Scheme != "http" || !isLoopback(target.Hostname())):
		return nil, errors.New(what + " must begin with https://; http:// is for this machine alone")
	}
	return target, nil
}
