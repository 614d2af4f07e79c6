package account

import (
	"context"

	"quartet/server/network"
	"quartet/store"
)

// The methods of this file are for the command line.

// UnlockUser deletes every counter of a user, by the user, by their names and by their
// mobile, and returns how many there were: wrong passwords, codes that were sent, and
// whatever else is counted by account. Every server sees it at the next request. The
// failures are UserNotFound and Forbidden.
func (s Operator) UnlockUser(ctx context.Context, id int64) (int64, error) {
	row, err := s.actsOn(ctx, id)
	if err != nil {
		return 0, err
	}
	user, err := s.open(row)
	if err != nil {
		return 0, err
	}
	subjects := []string{userSubject(id)}
	for _, name := range []*string{user.Username, user.Email, user.Mobile} {
		if name != nil { // before it was the user's, it was counted by its text
			subjects = append(subjects, "account:"+accountText(*name))
		}
	}
	if user.Mobile != nil {
		subjects = append(subjects, *user.Mobile)
	}
	return s.deleteCounters(ctx, subjects, s.event(AuditUserUnlocked, id, nil))
}

// UnlockClientIP deletes every counter of a client IP and of its network, for all
// accounts, and returns how many there were. Every server sees it within fullCounterAge.
func (s Operator) UnlockClientIP(ctx context.Context, clientIP string) (int64, error) {
	unlocked := s.event(AuditClientIPUnlocked, 0, nil)
	unlocked.clientIP = clientIP
	at := network.Of(clientIP)
	return s.deleteCounters(ctx, []string{clientSubject(at), networkSubject(at.Block)}, unlocked)
}

func (s *Service) deleteCounters(ctx context.Context, subjects []string, unlocked event) (deleted int64, err error) {
	err = s.inTx(ctx, func(tx *tx) error {
		deleted = 0
		for _, subject := range subjects {
			n, err := tx.DeleteCountersOf(ctx, store.Digest(s.sealer.Index(subject)))
			if err != nil {
				return err
			}
			deleted += n
		}
		unlocked.detail = details{"counters": deleted}
		tx.record(unlocked)
		return nil
	})
	return deleted, storeErr(err)
}
