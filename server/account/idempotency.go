package account

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

// idempotencyTime is how long a key is remembered.
const idempotencyTime = 24 * time.Hour

// idempotencyKey names an act so that its repetition does nothing and has the same result.
type idempotencyKey struct{ text, request string }

// Once returns an operator whose next creation is done once for a key, within 24 hours:
// the same request again has the result of the first. request is what is asked for; for
// another one under the same key the failure is IdempotencyKeyReused. Keys of different
// operators are different.
func (s Operator) Once(key, request string) Operator {
	s.key = idempotencyKey{key, request}
	return s
}

// remember stores the result of an act in its transaction.
type remember[T any] func(context.Context, *tx, T) error

// once does an act that the operator's key may name. act calls remember in its transaction,
// last. Results are stored sealed, because they can hold a new secret.
func once[T any](ctx context.Context, s Operator, act func(remember[T]) (T, error)) (T, error) {
	if s.key.text == "" {
		return act(func(context.Context, *tx, T) error { return nil })
	}
	id := store.Digest(s.sealer.Index("idempotency:" + s.identity() + ":" + s.key.text))
	// Keyed, because a request can hold a password or a mobile, which guesses would find.
	request := store.Digest(s.sealer.Index("idempotency-request:" + s.key.request))
	if result, found, err := remembered[T](ctx, s, id, request); found || err != nil {
		return result, err
	}
	result, err := act(func(ctx context.Context, tx *tx, result T) error {
		text, err := json.Marshal(result)
		if err != nil {
			return err
		}
		now := s.now()
		return tx.InsertIdempotencyKey(ctx, store.IdempotencyKey{
			KeyHash: id, RequestHash: request, ResultSealed: s.sealer.Seal(string(text), string(id)), CreatedAt: store.TimeOf(now),
		}, store.TimeOf(now.Add(-idempotencyTime)))
	})
	if err != nil { // a concurrent request may have been first
		if earlier, found, wrong := remembered[T](ctx, s, id, request); found || apierr.Is(wrong, apierr.IdempotencyKeyReused) {
			return earlier, wrong
		}
	}
	return result, err
}

func remembered[T any](ctx context.Context, s Operator, id, request store.Digest) (result T, found bool, err error) {
	row, err := s.store.IdempotencyKeyByHash(ctx, id, store.TimeOf(s.now().Add(-idempotencyTime)))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return result, false, nil
	case err != nil:
		return result, false, storeErr(err)
	case row.RequestHash != request:
		return result, false, apierr.New(apierr.IdempotencyKeyReused)
	}
	text, err := s.sealer.Open(row.ResultSealed, string(id))
	if err == nil {
		err = json.Unmarshal([]byte(text), &result)
	}
	if err != nil {
		return result, false, apierr.Wrap(apierr.Internal, err)
	}
	return result, true, nil
}
