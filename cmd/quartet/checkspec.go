package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
)

const longestSpec = 16 << 20 // bytes

// specText reads the document that --spec names.
func (k *checkCommand) specText(ctx context.Context) ([]byte, error) {
	if !isURL(k.Spec) {
		return os.ReadFile(k.Spec)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.Spec, nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{Timeout: k.Timeout}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", k.Spec, response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, longestSpec))
}
