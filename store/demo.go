package store

import (
	"context"
	"slices"
)

// DeleteAll deletes every row of every table but the metadata. It is for a
// demonstration, which begins again.
func (w Tx) DeleteAll(ctx context.Context) error {
	names := []string{"one_time_codes", "rate_counters", "wechat_codes"}
	for _, table := range slices.Backward(lasting) {
		names = append(names, table.Name)
	}
	for _, name := range names {
		if _, err := w.t.composing().exec(ctx, "DELETE FROM "+name); err != nil {
			return fail("DeleteAll", err)
		}
	}
	return nil
}
