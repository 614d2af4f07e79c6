package mock_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"quartet/openapi/mock"
)

func TestConcurrentCalls(t *testing.T) {
	server := mock.New(documentOf(t, "nested"), mock.Options{})
	var all sync.WaitGroup
	var seen sync.Map
	for range 8 {
		all.Go(func() {
			for range 10 {
				text := ask(server, "POST", "/customers", `{"name":"Tao Ran"}`)
				if _, twice := seen.LoadOrStore(text, true); twice || !strings.Contains(text, `"id"`) {
					t.Errorf("answered %s", text)
				}
				ask(server, "GET", "/customers", "")
			}
		})
	}
	all.Wait()
	if got := strings.Count(ask(server, "GET", "/customers", ""), `"id"`); got != 2+8*10 {
		t.Errorf("%d customers", got)
	}
}

func ask(server *mock.Server, method, path, body string) string {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer any")
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	server.ServeHTTP(recorder, request)
	return recorder.Body.String()
}

func TestTheOldestIsForgotten(t *testing.T) {
	server := mock.New(documentOf(t, "nested"), mock.Options{})
	for range 1001 {
		ask(server, "POST", "/customers", `{"name":"Su Qing"}`)
	}
	if got := strings.Count(ask(server, "GET", "/customers", ""), `"id"`); got != 1000 {
		t.Errorf("%d customers are remembered", got)
	}
	if text := ask(server, "GET", "/customers/7", ""); !strings.Contains(text, "there is no customer 7") {
		t.Errorf("the oldest customer is %s", text)
	}
}

func TestSeed(t *testing.T) {
	of := func(seed uint64) string {
		return ask(mock.New(documentOf(t, "paged"), mock.Options{Seed: seed}), "GET", "/books", "")
	}
	if of(1) != of(1) || of(1) == of(2) {
		t.Errorf("seed 1: %s, again %s, seed 2: %s", of(1), of(1), of(2))
	}
}

func TestWhatWasChangedIsKeptLongest(t *testing.T) {
	server := mock.New(documentOf(t, "nested"), mock.Options{})
	ask(server, "POST", "/customers/8/orders", `{"note":"kept","lines":[{"product":"P-0001","count":1}]}`)
	for range 998 {
		ask(server, "POST", "/customers", `{"name":"Su Qing"}`)
	}
	for id := 7; id < 7+1000; id++ { // a collection each
		ask(server, "GET", fmt.Sprintf("/customers/%d/orders", id), "")
	}
	if text := ask(server, "GET", "/customers/8/orders", ""); !strings.Contains(text, "kept") {
		t.Errorf("the orders are %s", text)
	}
	if text := ask(server, "GET", "/customers/500", ""); !strings.Contains(text, "Su Qing") {
		t.Errorf("customer 500 is %s", text)
	}
}
