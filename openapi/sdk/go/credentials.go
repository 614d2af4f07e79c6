package client

import (
	"context"
	"net/http"
)

// Header sends a credential in a header, by the name of its security scheme.
func Header(name, value string) RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set(name, value)
		return nil
	}
}

// Query sends a credential in the query, by the name of its security scheme.
func Query(name, value string) RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		values := r.URL.Query()
		values.Set(name, value)
		r.URL.RawQuery = values.Encode()
		return nil
	}
}

// Basic proves an application by its id and secret.
func Basic(user, password string) RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.SetBasicAuth(user, password)
		return nil
	}
}
