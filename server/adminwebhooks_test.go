package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"quartet/server"
	"quartet/server/account"
	"quartet/server/webhooks"
	"quartet/store"
)

// strictAddresses refuses webhooks within, and looks no name up.
func strictAddresses(c *account.Config, _ *server.Options) {
	c.WebhookAddress = webhooks.NewAddresses([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, nil).Check
}

func TestAWebhookIsAddedReadChangedAndDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strictAddresses)
	w.add("root", store.RoleSuperAdministrator)
	const body = `{"url":"https://hooks.example.com/a","description":"教务系统","kinds":["user_created"]}`
	added := wantStatus(t, w.operate(http.MethodPost, "/admin/webhooks", body, "root", "Idempotency-Key", "one"), http.StatusCreated)
	again := wantStatus(t, w.operate(http.MethodPost, "/admin/webhooks", body, "root", "Idempotency-Key", "one"), http.StatusCreated)
	if again.text != added.text || again.header.Get("ETag") != added.header.Get("ETag") {
		t.Errorf("%s is not %s", again.text, added.text)
	}
	wantProblem(t, w.operate(http.MethodPost, "/admin/webhooks", `{"url":"https://hooks.example.com/b"}`, "root", "Idempotency-Key", "one"),
		http.StatusUnprocessableEntity, "idempotency_key_reused")
	webhook := added.body["webhook"].(map[string]any)
	path := "/admin/webhooks/" + webhook["id"].(string)
	read := wantStatus(t, w.operate(http.MethodGet, path, "", "root"), http.StatusOK)
	if strings.Contains(read.text, "whsec_") || read.body["description"] != "教务系统" || read.body["disabled"] != false {
		t.Error(read.text)
	}
	tag := read.header.Get("ETag")
	changed := wantStatus(t, w.operate(http.MethodPatch, path, `{"disabled":true,"kinds":[]}`, "root", "If-Match", tag), http.StatusOK)
	if changed.body["disabled"] != true || len(changed.body["kinds"].([]any)) != 0 || changed.body["url"] != "https://hooks.example.com/a" {
		t.Error(changed.text)
	}
	wantProblem(t, w.operate(http.MethodPatch, path, `{"disabled":false}`, "root", "If-Match", tag), http.StatusPreconditionFailed, "precondition_failed")
	wantProblem(t, w.operate(http.MethodPatch, path, `{"disabled":false}`, "root"), http.StatusBadRequest, "invalid_field", "If-Match")
	wantProblem(t, w.operate(http.MethodPost, path+"/test", "", "root"), http.StatusConflict, "conflict", "webhookId")
	rotated := wantStatus(t, w.operate(http.MethodPost, path+"/secret", "", "root"), http.StatusCreated)
	if rotated.body["secret"] == added.body["secret"] || rotated.body["webhook"].(map[string]any)["oldSecretUntil"] == nil {
		t.Error(rotated.text)
	}
	wantProblem(t, w.operate(http.MethodDelete, path, "", "root", "If-Match", tag), http.StatusPreconditionFailed, "precondition_failed")
	wantStatus(t, w.operate(http.MethodDelete, path, "", "root", "If-Match", rotated.header.Get("ETag")), http.StatusNoContent)
	wantProblem(t, w.operate(http.MethodGet, path, "", "root"), http.StatusNotFound, "not_found", "webhookId")
	if log := w.log.String(); strings.Contains(log, "whsec_") || strings.Contains(log, strings.TrimPrefix(added.body["secret"].(string), "whsec_")) {
		t.Error("the log has a secret")
	}
}

func TestWebhooksAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strictAddresses)
	w.add("root", store.RoleSuperAdministrator)
	for body, want := range map[string]struct {
		status     int
		code, word string
	}{
		`{"url":"https://10.0.0.1/"}`:                                {http.StatusUnprocessableEntity, "webhook_address_refused", ""},
		`{"url":"https://[::ffff:10.0.0.1]/"}`:                       {http.StatusUnprocessableEntity, "webhook_address_refused", ""},
		`{"url":"http://8.8.8.8/"}`:                                  {http.StatusUnprocessableEntity, "webhook_address_refused", ""},
		`{"url":"ftp://hooks.example.com/"}`:                         {http.StatusBadRequest, "invalid_field", "url"},
		`{"url":"https://user:secret@hooks.example.com/"}`:           {http.StatusBadRequest, "invalid_field", "url"},
		`{"url":"https://hooks.example.com/","kinds":["unknown"]}`:   {http.StatusBadRequest, "invalid_field", "kinds"},
		`{"url":"https://hooks.example.com/","secret":"whsec_AAAA"}`: {http.StatusBadRequest, "undocumented", ""},
		`{}`: {http.StatusBadRequest, "invalid_field", "url"},
	} {
		got := w.operate(http.MethodPost, "/admin/webhooks", body, "root")
		if want.code == "undocumented" {
			wantStatus(t, got, want.status)
			continue
		}
		wantProblem(t, got, want.status, want.code, want.word)
	}
	for range account.MaxWebhooks {
		wantStatus(t, w.operate(http.MethodPost, "/admin/webhooks", `{"url":"https://hooks.example.com/"}`, "root"), http.StatusCreated)
	}
	wantProblem(t, w.operate(http.MethodPost, "/admin/webhooks", `{"url":"https://hooks.example.com/"}`, "root"), http.StatusBadRequest, "invalid_field", "url")
	first := wantStatus(t, w.operate(http.MethodGet, "/admin/webhooks?limit=30", "", "root"), http.StatusOK)
	rest := wantStatus(t, w.operate(http.MethodGet, "/admin/webhooks?limit=30&cursor="+first.body["next"].(string), "", "root"), http.StatusOK)
	if len(first.body["items"].([]any)) != 30 || len(rest.body["items"].([]any)) != 20 || rest.body["next"] != nil {
		t.Errorf("%s\n%s", first.text, rest.text)
	}
}

// What the server does is signed, sent and listed, and can be sent again.
func TestDeliveriesAreListedReadAndSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, strictAddresses)
	w.add("root", store.RoleSuperAdministrator)
	w.add("he.yun", store.RoleAdministrator)
	var mutex sync.Mutex
	var bodies []string
	secret := ""
	receiver := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			t.Error(err)
		}
		mutex.Lock()
		defer mutex.Unlock()
		verifier, err := standardwebhooks.NewWebhook(secret)
		if err == nil {
			err = verifier.Verify(body, in.Header)
		}
		if err != nil {
			t.Error(err)
		}
		bodies = append(bodies, string(body))
	}))
	t.Cleanup(receiver.Close)
	engine := webhooks.New(webhooks.Options{
		Accounts: w.accounts, Log: slog.New(slog.DiscardHandler),
		Addresses: webhooks.NewAddresses([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, nil),
	})
	run := func(want int) {
		t.Helper()
		must(t, engine.Run(t.Context()))
		engine.Wait()
		mutex.Lock()
		defer mutex.Unlock()
		if len(bodies) != want {
			t.Fatalf("%d requests, want %d", len(bodies), want)
		}
	}
	added := wantStatus(t, w.operate(http.MethodPost, "/admin/webhooks", `{"url":"`+receiver.URL+`","kinds":["user_created"]}`, "root"), http.StatusCreated)
	secret = added.body["secret"].(string)
	id := added.body["webhook"].(map[string]any)["id"].(string)
	for n := range 3 {
		wantStatus(t, w.operate(http.MethodPost, "/admin/users", fmt.Sprintf(`{"username":"user-%d"}`, n), "root"), http.StatusCreated)
	}
	wantStatus(t, w.operate(http.MethodPost, "/admin/webhooks/"+id+"/test", "", "root"), http.StatusAccepted)
	run(4)

	list := wantStatus(t, w.operate(http.MethodGet, "/admin/deliveries?webhook="+id+"&state=delivered&limit=3", "", "he.yun"), http.StatusOK)
	items := list.body["items"].([]any)
	if len(items) != 3 || items[0].(map[string]any)["kind"] != account.AuditWebhookTested || items[2].(map[string]any)["kind"] != account.AuditUserCreated {
		t.Fatal(list.text)
	}
	next := wantStatus(t, w.operate(http.MethodGet, "/admin/deliveries?webhook="+id+"&state=delivered&limit=3&cursor="+list.body["next"].(string), "", "he.yun"), http.StatusOK)
	if len(next.body["items"].([]any)) != 1 || next.body["next"] != nil {
		t.Error(next.text)
	}
	wantProblem(t, w.operate(http.MethodGet, "/admin/deliveries?webhook="+id+"&limit=3&cursor="+list.body["next"].(string), "", "he.yun"), http.StatusBadRequest, "invalid_field", "cursor")
	wantProblem(t, w.operate(http.MethodGet, "/admin/deliveries?webhook="+id+"&state=delivered&limit=3&cursor="+list.body["next"].(string), "", "root"), http.StatusBadRequest, "invalid_field", "cursor")

	path := "/admin/deliveries/" + items[2].(map[string]any)["id"].(string)
	detail := wantStatus(t, w.operate(http.MethodGet, path, "", "he.yun"), http.StatusOK)
	payload, err := json.Marshal(detail.body["payload"])
	must(t, err)
	sent := false
	for _, body := range bodies {
		var same map[string]any
		must(t, json.Unmarshal([]byte(body), &same))
		text, err := json.Marshal(same)
		must(t, err)
		sent = sent || string(text) == string(payload)
	}
	if !sent {
		t.Errorf("%s is not among %s", payload, bodies)
	}
	wantStatus(t, w.operate(http.MethodPost, path+"/replay", "", "he.yun"), http.StatusForbidden)
	replayed := wantStatus(t, w.operate(http.MethodPost, path+"/replay", "", "root"), http.StatusAccepted)
	if replayed.body["state"] != "pending" || replayed.body["attempts"] != 0.0 {
		t.Error(replayed.text)
	}
	run(5)
	since := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	all := wantStatus(t, w.operate(http.MethodPost, "/admin/webhooks/"+id+"/replay", `{"since":"`+since+`","state":"delivered"}`, "root"), http.StatusAccepted)
	if all.body["queued"] != 4.0 {
		t.Error(all.text)
	}
	none := wantStatus(t, w.operate(http.MethodPost, "/admin/webhooks/"+id+"/replay", `{"since":"`+since+`"}`, "root"), http.StatusAccepted)
	if none.body["queued"] != 0.0 {
		t.Error(none.text)
	}
	run(9)
	for _, unknown := range []string{"/admin/deliveries/msg_1_" + id, "/admin/deliveries/msg_9223372036854775808_1"} {
		wantProblem(t, w.operate(http.MethodGet, unknown, "", "he.yun"), http.StatusNotFound, "not_found", "deliveryId")
	}
	wantProblem(t, w.operate(http.MethodPost, "/admin/webhooks/77/replay", `{"since":"`+since+`"}`, "root"), http.StatusNotFound, "not_found", "webhookId")
}
