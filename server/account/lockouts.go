package account

import (
	"context"
	"time"

	"quartet/store"
)

// FoundLockout is a user and a client IP that are refused after too many wrong passwords,
// codes or secrets.
type FoundLockout struct {
	ID              int64  // of the last refusal's event
	UserID          *int64 // nil: an unknown account, or none was looked up
	ClientIP        string
	Way             string // of signing in, the last time; "" if it is not known
	FirstAt, LastAt Time
	Refusals        int64
	ExpiresAt       Time // when the lock ends at the latest
}

// Lockouts lists up to limit lockouts that may still last and were not lifted, the last
// refused first: those whose ID is below beforeID, unless that is 0. They are read from the
// audit.
func (s Operator) Lockouts(ctx context.Context, beforeID int64, limit int) ([]FoundLockout, error) {
	longest := s.longestLock()
	rows, err := s.store.FindLockouts(ctx, store.LockoutKinds{
		Refused: AuditLockout, UserUnlocked: AuditUserUnlocked, ClientIPUnlocked: AuditClientIPUnlocked,
	}, store.TimeOf(s.now().Add(-longest)), beforeID, limit)
	return convert(rows, func(row store.Lockout) FoundLockout {
		return FoundLockout{
			ID: row.LastID, UserID: row.UserID, ClientIP: row.ClientIP, Way: AuditEvent{Detail: row.Detail}.Details().Way,
			FirstAt: row.FirstAt, LastAt: row.LastAt, Refusals: row.Refusals,
			ExpiresAt: store.TimeOf(row.LastAt.Time().Add(longest)),
		}
	}), storeErr(err)
}

// longestLock is the longest window of the counters that lock.
func (s *Service) longestLock() time.Duration {
	l := s.limits
	return max(l.PasswordPerAccountIP.Per, l.PasswordPerAccount.Per, l.PasswordPerIP.Per, l.CodeRefusedPerIP.Per, l.WrongSecretPerIP.Per)
}
