package server

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"

	"github.com/prometheus/common/expfmt"

	"quartet/openapi"
	"quartet/server/apierr"
)

var healthy = openapi.SystemStatus{Status: openapi.SystemOk}

// GetHealth reports that the process runs.
func (s *server) GetHealth(context.Context, openapi.GetHealthRequestObject) (openapi.GetHealthResponseObject, error) {
	return openapi.GetHealth200JSONResponse{Body: healthy}, nil
}

// GetReadiness reports whether the database takes a write.
func (s *server) GetReadiness(ctx context.Context, _ openapi.GetReadinessRequestObject) (openapi.GetReadinessResponseObject, error) {
	if err := s.ready(ctx); err != nil {
		if failed, known := errors.AsType[*apierr.Error](err); known {
			return nil, failed
		}
		return nil, apierr.Wrap(apierr.Unavailable, err)
	}
	return openapi.GetReadiness200JSONResponse{Body: healthy}, nil
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
	return openapi.GetMetrics200TextResponse{Body: text.String()}, nil
}

// PublicKey verifies the JWTs with the key id KID. Public is *rsa.PublicKey,
// *ecdsa.PublicKey on P-256, or ed25519.PublicKey.
type PublicKey struct {
	KID    string
	Public crypto.PublicKey
}

// keysFor is how long clients may cache the public keys. Together with the ten seconds
// in which a server finds a new key it is shorter than the minute before a new key
// signs.
const keysFor = "public, max-age=30"

// GetJsonWebKeys returns the keys that verify JWTs.
func (s *server) GetJsonWebKeys(context.Context, openapi.GetJsonWebKeysRequestObject) (openapi.GetJsonWebKeysResponseObject, error) {
	keys := []openapi.PublicKey{}
	for _, key := range s.publicKeys() {
		published, err := toJSONWebKey(key)
		if err != nil {
			return nil, err
		}
		keys = append(keys, published)
	}
	return openapi.GetJsonWebKeys200JSONResponse{
		Body:    openapi.PublicKeySet{Keys: keys},
		Headers: openapi.GetJsonWebKeys200ResponseHeaders{CacheControl: keysFor},
	}, nil
}

// toJSONWebKey converts a key as RFC 7518 section 6 and RFC 8037 section 2 say.
func toJSONWebKey(key PublicKey) (openapi.PublicKey, error) {
	encoded := func(bytes []byte) *string { return new(base64.RawURLEncoding.EncodeToString(bytes)) }
	published := openapi.PublicKey{Kid: key.KID, Use: openapi.KeyUseSignature}
	switch public := key.Public.(type) {
	case *rsa.PublicKey:
		published.Kty, published.Alg = openapi.KeyTypeRSA, openapi.AlgorithmRS256
		published.N, published.E = encoded(public.N.Bytes()), encoded(big.NewInt(int64(public.E)).Bytes())
	case *ecdsa.PublicKey:
		point, err := public.Bytes() // 4, then x and y (SEC 1 section 2.3.3)
		if err != nil {
			return published, fmt.Errorf("publish key %s: %w", key.KID, err)
		}
		x, y := point[1:1+len(point)/2], point[1+len(point)/2:]
		published.Kty, published.Alg, published.Crv = openapi.KeyTypeEC, openapi.AlgorithmES256, new(openapi.CurveP256)
		published.X, published.Y = encoded(x), encoded(y)
	case ed25519.PublicKey:
		published.Kty, published.Alg, published.Crv = openapi.KeyTypeOKP, openapi.AlgorithmEdDSA, new(openapi.CurveEd25519)
		published.X = encoded(public)
	default:
		return published, fmt.Errorf("publish key %s: its type %T has no algorithm", key.KID, key.Public)
	}
	return published, nil
}

// GetDemoOutbox returns the messages of the SMS simulator.
func (s *server) GetDemoOutbox(context.Context, openapi.GetDemoOutboxRequestObject) (openapi.GetDemoOutboxResponseObject, error) {
	return openapi.GetDemoOutbox200JSONResponse{Body: s.outbox()}, nil
}

// ResetDemo resets the demonstration's data.
func (s *server) ResetDemo(ctx context.Context, _ openapi.ResetDemoRequestObject) (openapi.ResetDemoResponseObject, error) {
	if err := s.resetDemo(ctx); err != nil {
		return nil, err
	}
	return openapi.ResetDemo200JSONResponse{Body: healthy}, nil
}
