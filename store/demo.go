package store

import (
	"context"
	"slices"
)

// DeleteAll deletes every row of every table but the metadata. It is for a
// demonstration, which begins again.
func (tx Tx) DeleteAll(ctx context.Context) error {
	names := []string{"one_time_codes", "rate_counters", "wechat_codes"}
	for _, table := range slices.Backward(lasting) {
		names = append(names, table.Name)
	}
	for _, name := range names {
		if _, err := tx.tx.ExecOnce(ctx, "DELETE FROM "+name); err != nil {
			return tx.store.fail("DeleteAll", err)
		}
	}
	return nil
}
