package main

import (
	"context"
	"strings"
	"time"

	"quartet/server/account"
)

// userView is a user as the command line shows them.
type userView struct {
	ID             int64            `json:"id"`
	GUID           string           `json:"guid"`
	Username       string           `json:"username"`
	Nickname       string           `json:"nickname"`
	RealName       string           `json:"realName"`
	Role           string           `json:"role"`
	Disabled       bool             `json:"disabled"`
	Mobile         string           `json:"mobile"`
	MobileVerified bool             `json:"mobileVerified"`
	Email          string           `json:"email"`
	EmailVerified  bool             `json:"emailVerified"`
	HasPassword    bool             `json:"hasPassword"`
	Source         string           `json:"source"`
	CreatedAt      time.Time        `json:"createdAt"`
	LastLoginAt    *time.Time       `json:"lastLoginAt"`
	Memberships    []membershipView `json:"memberships,omitempty"`
}

type membershipView struct {
	Organisation string   `json:"organisation"`
	Name         string   `json:"name"`
	Roles        []string `json:"roles"`
}

// resetView tells a made-up password, or only whose was set.
type resetView struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
	Password string `json:"password,omitempty"`
}

func (f userFlags) view(u account.User) userView {
	mobile := textOf(u.Mobile)
	if !f.Full {
		mobile = maskedMobile(mobile)
	}
	return userView{
		ID: u.ID, GUID: u.GUID, Username: textOf(u.Username),
		Nickname: textOf(u.Nickname), RealName: textOf(u.RealName),
		Role: u.Role, Disabled: u.DisabledAt != nil,
		Mobile: mobile, MobileVerified: u.MobileVerified,
		Email: textOf(u.Email), EmailVerified: u.EmailVerified,
		HasPassword: u.HasPassword, Source: u.CreateSource,
		CreatedAt: local(u.CreatedAt), LastLoginAt: localOrNil(u.LastLoginAt),
	}
}

func (f userFlags) list(c *console, users []account.User) error {
	views := make([]userView, 0, len(users))
	rows := make([][]any, 0, len(users))
	for _, user := range users {
		view := f.view(user)
		views = append(views, view)
		rows = append(rows, []any{
			view.ID, view.Username, view.Nickname, view.Role, view.Disabled,
			view.Mobile, view.Email, view.CreatedAt,
		})
	}
	if f.JSON {
		return c.printJSON(views)
	}
	return c.printList([]string{"id", "user name", "nickname", "role", "disabled", "mobile", "e-mail", "created"}, rows)
}

func (f userFlags) show(ctx context.Context, c *console, accounts *account.Service, id int64) error {
	user, _, err := accounts.UserDetail(ctx, account.Caller{UserID: id}, id)
	if err != nil {
		return err
	}
	memberships, err := accounts.Memberships(ctx, id)
	if err != nil {
		return err
	}
	view := f.view(user)
	view.Memberships = membershipViews(memberships)
	if f.JSON {
		return c.printJSON(view)
	}
	return c.printFacts(view.facts())
}

func (v userView) facts() []fact {
	facts := []fact{
		{"id", v.ID}, {"guid", v.GUID}, {"user name", v.Username},
		{"nickname", v.Nickname}, {"real name", v.RealName},
		{"role", v.Role}, {"disabled", v.Disabled},
		{"mobile", proven(v.Mobile, v.MobileVerified)}, {"e-mail", proven(v.Email, v.EmailVerified)},
		{"has a password", v.HasPassword}, {"source", v.Source},
		{"created", v.CreatedAt}, {"last sign-in", v.LastLoginAt},
	}
	for _, membership := range v.Memberships {
		facts = append(facts, fact{"member of", membership.String()})
	}
	return facts
}

// String is "10020027 第二十七职业高中: js_000008".
func (m membershipView) String() string {
	text := m.Organisation + " " + m.Name
	if len(m.Roles) > 0 {
		text += ": " + strings.Join(m.Roles, ", ")
	}
	return text
}

func membershipViews(memberships []account.Membership) []membershipView {
	views := make([]membershipView, 0, len(memberships))
	for _, membership := range memberships {
		view := membershipView{Organisation: membership.Code, Name: membership.Name, Roles: []string{}}
		for _, role := range membership.Roles {
			view.Roles = append(view.Roles, role.Code)
		}
		views = append(views, view)
	}
	return views
}

func proven(value string, verified bool) string {
	if value == "" || verified {
		return value
	}
	return value + " (unproven)"
}

// maskedMobile is 138****8000.
func maskedMobile(mobile string) string {
	if len(mobile) != 11 {
		return strings.Repeat("*", len(mobile))
	}
	return mobile[:3] + "****" + mobile[7:]
}

func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
