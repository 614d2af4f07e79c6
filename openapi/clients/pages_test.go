package clients

import "testing"

func checkPages(t *testing.T, ran map[string]matrix) { t.Helper() }
