package main

import (
	"fmt"
	"time"

	"quartet/server/keys"
)

// checkTuning refuses numbers that are sound alone and contradict each other.
func (t tuning) checkTuning() error {
	if err := t.Hashing.cost().Check(); err != nil {
		return usageError{fmt.Sprintf("--hash-memory, --hash-passes, --hash-lanes: %s (at most 131072 KiB, 16 passes, 16 lanes; memory times passes at most 524288; 8 KiB a lane at least)", err)}
	}
	for _, pair := range t.contradictions() {
		bound := "must be shorter than"
		if pair.mayEqual {
			bound = "cannot be longer than"
		}
		if pair.short > pair.long || pair.short == pair.long && !pair.mayEqual {
			return usageError{fmt.Sprintf("%s (%s) %s %s (%s): %s",
				pair.shortName, spanText(pair.short), bound, pair.longName, spanText(pair.long), pair.why)}
		}
	}
	return nil
}

// order is one time that must be shorter than another, and why.
type order struct {
	shortName string
	short     time.Duration
	longName  string
	long      time.Duration
	mayEqual  bool
	why       string
}

func (t tuning) contradictions() []order {
	l, b, c := t.Limits, t.Bounds, t.Listener
	return []order{
		{"--access-life", l.AccessLife, "--session-life", l.SessionLife, true, "a token ends with its session"},
		{"--refresh-grace", l.RefreshGrace, "--access-life", l.AccessLife, false, "a replaced token would outlive itself"},
		{"--last-seen-interval", l.LastSeenInterval, "half of --access-life", l.AccessLife / 2, true, "tokens could not slide in time"},
		{"--keys-reload", t.Upkeep.KeysReload, "the overlap of a key rotation", keys.DefaultOverlap, false, "a new key would sign before all servers have it"},
		{"--provider-timeout", l.ProviderTimeout, "--request-time", b.Time, false, "no time would be left for the answer"},
		{"--hash-wait", t.Hashing.HashWait, "--request-time", b.Time, false, "no time would be left for the answer"},
		{"--header-timeout", c.HeaderTimeout, "--read-timeout", c.ReadTimeout, true, "the headers are a part of the request"},
		{"--read-timeout", c.ReadTimeout, "--write-timeout", c.WriteTimeout, false, "a slow request could not be answered"},
		{"--request-time and --save-timeout together", b.Time + l.SaveTimeout, "--write-timeout", c.WriteTimeout, false, "the answer could not be written"},
	}
}
