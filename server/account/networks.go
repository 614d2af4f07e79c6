package account

import (
	"context"
	"errors"
	"time"

	"quartet/server/apierr"
	"quartet/server/network"
	"quartet/store"
)

// Every counter of a client IP has its key from this file.
const (
	// siteClients is how many clients an IPv6 /48 counts as: its /64 are many people's or
	// one's.
	siteClients = 5
	// sharesOfAll is how many networks use up what all clients together may do.
	sharesOfAll = 10
	// reserved is the part of what all clients together may be sent that is kept for client IPs
	// that the account knows: whoever has many networks uses up the rest.
	reserved = 10
	// sharesOfAccount is how many networks it takes at least to lock an account for all.
	sharesOfAccount = 5
)

// perClient limits what a client may do: its IPv4 address or IPv6 /64, and its /48 if it
// has one. What is limited apart is named by of.
func (s *Service) perClient(name string, r Rate, clientIP string, of ...string) []store.RateLimit {
	at, suffix := network.Of(clientIP), ""
	for _, text := range of {
		suffix += ":" + text
	}
	limits := []store.RateLimit{r.limit(name + "-address:" + s.sealer.Index(clientSubject(at)) + suffix)}
	if at.Site != "" {
		r.Times *= siteClients
		// Counted after the address everywhere, because keys are counted in order.
		limits = append(limits, r.limit(name+"-site:"+s.sealer.Index(networkSubject(at.Site))+suffix))
	}
	return limits
}

// inAll limits what all clients together may do, and what the client's network takes of
// it, so that nobody waits for one network alone. The last of it is kept for client IPs that
// the account knows.
func (s *Service) inAll(name string, r Rate, clientIP string, known bool) []store.RateLimit {
	share, all := r, r
	share.Times = max(1, r.Times/sharesOfAll)
	if !known {
		all.Times -= r.Times / reserved
	}
	return []store.RateLimit{all.limit(name + "-all"), share.limit(name + "-share:" + s.blockKey(clientIP))}
}

// perAccount limits guesses at an account: from the client IP, from its network, and from
// anywhere. The first is that of clients whom the account knows.
func (s *Service) perAccount(subject, clientIP string) []store.RateLimit {
	pair, all := s.limits.PasswordPerAccountIP, s.limits.PasswordPerAccount
	share := all
	share.Times = max(all.Times/sharesOfAccount, pair.Times)
	return []store.RateLimit{
		pair.limit("signin:" + subject + ":" + s.clientIPKey(clientIP)),
		share.limit("signin-share:" + subject + ":" + s.blockKey(clientIP)),
		all.limit("signin:" + subject),
	}
}

// clientIPKey is the part of counters' keys that stands for a client, and blockKey for
// its network. They do not reveal it.
func (s *Service) clientIPKey(clientIP string) string {
	return s.sealer.Index(clientSubject(network.Of(clientIP)))
}

func (s *Service) blockKey(clientIP string) string {
	return s.sealer.Index(networkSubject(network.Of(clientIP).Block))
}

func clientSubject(at network.Network) string { return "address:" + at.Client }
func networkSubject(prefix string) string     { return "network:" + prefix }

// countForClient counts an event against the limits of a client, one after the other, so
// that a full address takes nothing from its site. It reports those that were full, which
// counted nothing.
func (s *Service) countForClient(ctx context.Context, tx *tx, limits []store.RateLimit) (full bool, err error) {
	for _, limit := range limits {
		err := tx.ConsumeRateLimits(ctx, []store.RateLimit{limit}, store.TimeOf(s.now()))
		if _, full := errors.AsType[store.RateLimitError](err); full {
			return true, nil // a single full limit has counted nothing, so the transaction goes on
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// wait is the failure of limits that this server has found full, nil if it has not. A
// client that it is for is refused at once, whatever it asks.
func (s *Service) wait(ctx context.Context, limits []store.RateLimit) error {
	var longest time.Duration
	for _, limit := range limits {
		longest = max(longest, s.fullFor(ctx, limit))
	}
	if longest <= 0 {
		return nil
	}
	return &apierr.Error{Code: apierr.TooManyRequests, RetryAfter: longest}
}
