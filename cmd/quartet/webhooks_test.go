package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"quartet/cmd/quartet/internal/admincmd"
	"quartet/cmd/quartet/internal/cli"
	"quartet/cmd/quartet/proctest"
)

func TestWebhooksAreAdministered(t *testing.T) {
	t.Parallel()
	db := newInstallation(t)
	added := asked[admincmd.Webhook](t, db, "webhook", "add", "https://hooks.example.com/a", "--kind", "user_created", "--description", "图书馆")
	if !strings.HasPrefix(added.Secret, "whsec_") {
		t.Errorf("got %+v", added)
	}
	id := strconv.FormatInt(added.ID, 10)
	contains(t, done(t, at(db, "webhook", "add", "https://hooks.example.com/b")...), "whsec_")
	refused(t, cli.ExitUsage, "--kind", at(db, "webhook", "add", "https://hooks.example.com/", "--kind", "unknown")...)
	refused(t, cli.ExitFailed, "url", at(db, "webhook", "add", "ftp://hooks.example.com/")...)
	other := newInstallation(t)
	for address, warned := range map[string]bool{"http://127.0.0.1:9000/": true, "https://10.0.0.1/": true, "https://hooks.example.com/d": false} {
		result := command(t, at(other, "webhook", "add", address)...)
		equal(t, "exit code", result.code, cli.ExitOK)
		equal(t, address, strings.Contains(result.errs, "--webhook-allow-network"), warned)
	}
	contains(t, done(t, at(db, "app", "add", "--help")...), "users.read", "audit.read")
	contains(t, done(t, at(db, "app", "rights", "--help")...), "users.read", "audit.read")
	list := done(t, at(db, "webhook", "list")...)
	contains(t, list, "https://hooks.example.com/a", "https://hooks.example.com/b", "图书馆", "2 of 2")
	if strings.Contains(list, "whsec_") {
		t.Error("the list shows a secret")
	}

	done(t, at(db, "user", "add", "ann")...)
	done(t, at(db, "webhook", "set", id, "--disable")...)
	done(t, at(db, "user", "add", "bob")...)
	refused(t, cli.ExitFailed, "webhookId", at(db, "webhook", "test", id)...)
	set := asked[admincmd.Webhook](t, db, "webhook", "set", id, "--enable", "--all-kinds", "--url", "https://hooks.example.com/c")
	if set.Disabled || len(set.Kinds) > 0 || set.URL != "https://hooks.example.com/c" || set.Secret != "" {
		t.Errorf("got %+v", set)
	}
	refused(t, cli.ExitUsage, "--disable", at(db, "webhook", "set", id)...)
	test := asked[admincmd.Delivery](t, db, "webhook", "test", id)
	equal(t, "state", test.State, "pending")
	kinds := func(d admincmd.Delivery) string { return d.Kind }
	equal(t, "deliveries", pages(t, db, 4, kinds, "webhook", "deliveries", "--webhook", id), "webhook_tested webhook_enabled webhook_changed user_created")
	equal(t, "dead", len(listed[admincmd.Delivery](t, db, "webhook", "deliveries", "--state", "dead")), 0)
	again := asked[admincmd.Delivery](t, db, "webhook", "replay", test.ID)
	equal(t, "again", again.ID, test.ID)
	contains(t, done(t, at(db, "webhook", "replay", id, "--since", "24h")...), "0 queued")
	refused(t, cli.ExitUsage, "--since", at(db, "webhook", "replay", id)...)
	refused(t, cli.ExitUsage, "--since", at(db, "webhook", "replay", test.ID, "--since", "24h")...)
	refused(t, cli.ExitFailed, "deliveryId", at(db, "webhook", "replay", "msg_1_"+id)...)

	rotated := asked[admincmd.Webhook](t, db, "webhook", "secret", id)
	if rotated.Secret == added.Secret || rotated.OldSecretUntil == nil || time.Until(*rotated.OldSecretUntil) < 23*time.Hour {
		t.Errorf("got %+v", rotated)
	}
	refused(t, cli.ExitUsage, "--yes", at(db, "webhook", "remove", id)...)
	contains(t, done(t, at(db, "webhook", "remove", id, "--yes")...), "1 of 1")
	contains(t, done(t, at(db, "audit", "--kind", "webhook_deleted")...), "hooks.example.com")
	for _, text := range []string{done(t, at(db, "audit")...), done(t, at(db, "audit", "--json")...)} {
		if strings.Contains(text, "whsec_") || strings.Contains(text, "/c") {
			t.Error("the audit has a secret or a path")
		}
	}
}

// listener is a receiver of webhooks that a test asks what has come.
type listener struct {
	*httptest.Server
	mutex   sync.Mutex
	times   map[string]int    // that a message has come, by its id
	ids     map[string]string // of messages, by event
	down    bool
	changed chan struct{}
}

func newListener(t *testing.T) (l *listener, setSecret func(string)) {
	t.Helper()
	l = &listener{times: map[string]int{}, ids: map[string]string{}, changed: make(chan struct{}, 1)}
	var verifier *standardwebhooks.Webhook
	l.Server = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			return // the server was killed
		}
		if err := verifier.Verify(body, in.Header); err != nil {
			t.Errorf("unsigned: %v", err)
		}
		var message struct {
			Type string
			Data struct{ ID, SubjectID string }
		}
		if err := json.Unmarshal(body, &message); err != nil {
			t.Error(err)
		}
		l.mutex.Lock()
		defer l.mutex.Unlock()
		if l.down {
			out.WriteHeader(http.StatusBadGateway)
			return
		}
		id := in.Header.Get("webhook-id")
		l.times[id]++
		if before, known := l.ids[message.Data.SubjectID]; known && before != id {
			t.Errorf("an event has two ids: %s and %s", before, id)
		}
		l.ids[message.Data.SubjectID] = id
		select {
		case l.changed <- struct{}{}:
		default:
		}
	}))
	t.Cleanup(l.Close)
	return l, func(secret string) {
		var err error
		verifier, err = standardwebhooks.NewWebhook(secret)
		must(t, err)
	}
}

func (l *listener) set(down bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.down = down
}

// await waits until an event about each of these users has come.
func (l *listener) await(t *testing.T, users []string) {
	t.Helper()
	late := time.After(2 * patience)
	for {
		l.mutex.Lock()
		missing := 0
		for _, user := range users {
			if _, known := l.ids[user]; !known {
				missing++
			}
		}
		l.mutex.Unlock()
		if missing == 0 {
			return
		}
		select {
		case <-l.changed:
		case <-late:
			t.Fatalf("%d of %d events have not come", missing, len(users))
		}
	}
}

// addedWithin adds a webhook for the addition of users at this machine, of which the command
// warns.
func addedWithin(t *testing.T, installation []string, url string) (added admincmd.Webhook) {
	t.Helper()
	result := command(t, at(installation, "webhook", "add", url, "--kind", "user_created", "--json")...)
	equal(t, "exit code of "+result.errs, result.code, cli.ExitOK)
	decode(t, result.out, &added)
	return added
}

// A server that is killed again and again, and a receiver that is down meanwhile, lose no
// event of what was acknowledged.
func TestAKilledServerLosesNoEvent(t *testing.T) {
	t.Parallel()
	binary := proctest.Build(t)
	db := newInstallation(t)
	done(t, at(db, "user", "add", "boss", "--role", "administrator", "--password", "violet-otter-lantern")...)
	l, setSecret := newListener(t)
	setSecret(addedWithin(t, db, l.URL).Secret)
	serving := append([]string{"--webhook-allow-network", "127.0.0.1"}, db...)
	var users []string
	for round := range 3 {
		l.set(round == 1)
		for _, id := range writeUntilKilled(t, spawn(t, binary, serving...), round) {
			users = append(users, fmt.Sprintf("%.0f", id))
		}
	}
	l.set(false)
	spawn(t, binary, serving...)
	l.await(t, users)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	twice := 0
	for _, times := range l.times {
		if times > 1 {
			twice++
		}
	}
	t.Logf("%d events of %d users, %d of them more than once", len(l.times), len(users), twice)
}
