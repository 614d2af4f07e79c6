package server

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"

	"github.com/prometheus/common/expfmt"

	"quartet/openapi"
	"quartet/server/apierr"
)

// GetHealth reports that the process runs.
func (s *server) GetHealth(context.Context, openapi.GetHealthRequestObject) (openapi.GetHealthResponseObject, error) {
	return openapi.GetHealth200JSONResponse{Status: openapi.Ok}, nil
}

// GetReadiness reports whether the database can be read and written.
func (s *server) GetReadiness(ctx context.Context, _ openapi.GetReadinessRequestObject) (openapi.GetReadinessResponseObject, error) {
	if err := s.ready(ctx); err != nil {
		return nil, apierr.Wrap(apierr.Unavailable, err)
	}
	return openapi.GetReadiness200JSONResponse{Status: openapi.Ok}, nil
}

// GetMetrics writes the metrics in the Prometheus text format.
func (s *server) GetMetrics(context.Context, openapi.GetMetricsRequestObject) (openapi.GetMetricsResponseObject, error) {
	families, err := s.metrics.registry.Gather()
	if err != nil {
		return nil, fmt.Errorf("gather metrics: %w", err)
	}
	var text bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			return nil, fmt.Errorf("write metrics: %w", err)
		}
	}
	return openapi.GetMetrics200TextResponse(text.String()), nil
}

// PublicKey verifies the JWTs with the key id KID.
type PublicKey struct {
	KID    string
	Public ed25519.PublicKey
}

// keysFor is how long clients may cache the public keys. Together with the ten seconds
// in which a server finds a new key it is shorter than the minute before a new key
// signs.
const keysFor = "public, max-age=30"

// GetJsonWebKeys returns the keys that verify JWTs.
func (s *server) GetJsonWebKeys(context.Context, openapi.GetJsonWebKeysRequestObject) (openapi.GetJsonWebKeysResponseObject, error) {
	keys := []openapi.JsonWebKey{}
	for _, key := range s.publicKeys() {
		keys = append(keys, openapi.JsonWebKey{
			Kty: openapi.OKP, Crv: openapi.Ed25519, X: base64.RawURLEncoding.EncodeToString(key.Public),
			Kid: key.KID, Use: openapi.Sig, Alg: openapi.EdDSA,
		})
	}
	return openapi.GetJsonWebKeys200JSONResponse{
		Body:    openapi.JsonWebKeySet{Keys: keys},
		Headers: openapi.GetJsonWebKeys200ResponseHeaders{CacheControl: keysFor},
	}, nil
}

// GetDemoOutbox returns the messages of the SMS simulator.
func (s *server) GetDemoOutbox(context.Context, openapi.GetDemoOutboxRequestObject) (openapi.GetDemoOutboxResponseObject, error) {
	return openapi.GetDemoOutbox200JSONResponse(s.outbox()), nil
}

// ResetDemo resets the demonstration's data.
func (s *server) ResetDemo(ctx context.Context, _ openapi.ResetDemoRequestObject) (openapi.ResetDemoResponseObject, error) {
	if err := s.resetDemo(ctx); err != nil {
		return nil, err
	}
	return openapi.ResetDemo200JSONResponse{Status: openapi.Ok}, nil
}
