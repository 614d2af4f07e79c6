package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	client "quartet/openapi/sdk/go"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := day(ctx, cmp.Or(os.Getenv("BASE_URL"), "http://127.0.0.1:8080")); err != nil {
		fmt.Fprintln(os.Stderr, "go:", err)
		os.Exit(1)
	}
	fmt.Println("go, oapi-codegen: a day's work done, a typed failure of each dialect caught")
}

// worker is a user who is not registered yet.
type worker struct {
	api                                    *client.ClientWithResponses
	mobile, username, password, weChatCode string
	access                                 string
}

func day(ctx context.Context, baseURL string) error {
	api, err := client.NewClientWithResponses(baseURL)
	if err != nil {
		return err
	}
	id := strings.ReplaceAll(uuid.NewString(), "-", "")
	digits, err := strconv.ParseUint(id[:6], 16, 64)
	if err != nil {
		return err
	}
	w := &worker{
		api: api, mobile: fmt.Sprintf("139%08d", digits), username: "day." + id[:12],
		password: "violet-" + id[:12], weChatCode: "f" + id[1:],
	}
	for _, part := range []func(context.Context) error{w.byMobile, w.byWeChat, w.byPassword, w.extendAndSignOut} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// header sends one credential, by the name of its security scheme.
func header(name, value string) client.RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set(name, value)
		return nil
	}
}

// query sends the one credential that document 002 has in the address.
func query(name, value string) client.RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		values := r.URL.Query()
		values.Set(name, value)
		r.URL.RawQuery = values.Encode()
		return nil
	}
}

// expect makes a surprise of what is not as it should be.
func expect(as bool, what string, got any) error {
	if as {
		return nil
	}
	return fmt.Errorf("%s: got %v", what, got)
}
