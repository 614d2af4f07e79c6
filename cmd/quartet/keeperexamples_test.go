package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"quartet/server/account"
	"quartet/server/apierr"
	"quartet/store"
)

// created creates an example's user, as an administrator.
func (s stage) created(example account.NewUser) (int64, error) {
	return s.accounts.CreateUser(s.t.Context(), &account.Caller{UserID: 2, Role: store.RoleAdministrator}, "192.0.2.1", example)
}

func TestExampleUsersCanBeCreatedAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, example := range exampleUsers() {
		first, err := s.created(example)
		must(t, err)
		s.pass(29 * time.Second)
		if _, err := s.created(example); !apierr.Is(err, apierr.UsernameTaken) && !apierr.Is(err, apierr.EmailTaken) {
			t.Fatalf("got %v, want a name that is taken", err)
		}
		s.pass(5 * time.Second)
		second, err := s.created(example)
		must(t, err)
		if first == second {
			t.Errorf("%s is the same user again", example.Username)
		}
		guest, err := s.accounts.FindUser(t.Context(), fmt.Sprint(first))
		must(t, err)
		equal(t, "the first one's name", *guest.Username, fmt.Sprintf("guest-%d", first))
		equal(t, "the first one's nickname", *guest.Nickname, *example.Nickname)
	}
}

// Whoever is not just what an example makes keeps their name.
func TestUsersWhoAreNoExamplesKeepTheirNames(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	examples := exampleUsers()
	changed, err := s.created(examples[0])
	must(t, err)
	must(t, s.accounts.UpdateUser(t.Context(), account.Caller{UserID: changed}, changed, account.UserUpdate{
		Profile: account.Profile{Signature: new("山有木兮木有枝")},
	}))
	namesake := examples[1]
	namesake.Profile = account.Profile{Nickname: new("青青")}
	other, err := s.created(namesake)
	must(t, err)
	s.pass(time.Minute)
	for id, name := range map[int64]string{changed: examples[0].Username, other: examples[1].Username} {
		user, err := s.accounts.FindUser(t.Context(), fmt.Sprint(id))
		must(t, err)
		equal(t, "user name", *user.Username, name)
	}
}

// The keeper knows whom the contract's examples create.
func TestExampleUsersAreTheContracts(t *testing.T) {
	t.Parallel()
	var names, kept []string
	for _, e := range examples(t) {
		if e.operation == "createUser" {
			body := e.call.body
			if e.call.kind != asJSON {
				form, err := url.ParseQuery(body)
				must(t, err)
				body = form.Get("user")
			}
			var user struct{ Username, Nickname, Email string }
			decode(t, body, &user)
			names = append(names, fmt.Sprint(user))
		}
	}
	for _, user := range exampleUsers() {
		email := ""
		if user.Email != nil {
			email = *user.Email
		}
		kept = append(kept, fmt.Sprint(struct{ Username, Nickname, Email string }{user.Username, *user.Nickname, email}))
	}
	slices.Sort(names)
	slices.Sort(kept)
	equal(t, "examples", strings.Join(names, ", "), strings.Join(kept, ", "))
}
