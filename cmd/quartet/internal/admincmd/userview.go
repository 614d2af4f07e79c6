package admincmd

import (
	"context"
	"strings"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

// User is a user as the command line prints them.
type User struct {
	ID             int64        `json:"id"`
	GUID           string       `json:"guid"`
	Username       string       `json:"username"`
	Nickname       string       `json:"nickname"`
	RealName       string       `json:"realName"`
	Role           string       `json:"role"`
	Disabled       bool         `json:"disabled"`
	ErasedAt       *time.Time   `json:"erasedAt"` // of a closed account
	Mobile         string       `json:"mobile"`
	MobileVerified bool         `json:"mobileVerified"`
	Email          string       `json:"email"`
	EmailVerified  bool         `json:"emailVerified"`
	HasPassword    bool         `json:"hasPassword"`
	Source         string       `json:"source"`
	CreatedAt      time.Time    `json:"createdAt"`
	LastLoginAt    *time.Time   `json:"lastLoginAt"`
	Memberships    []Membership `json:"memberships,omitempty"`
}

// Membership is a user's organisation and roles in it.
type Membership struct {
	Organisation string   `json:"organisation"`
	Name         string   `json:"name"`
	Roles        []string `json:"roles"`
}

// PasswordReset is what `quartet user reset-password` prints. Password is set if
// it was made at random.
type PasswordReset struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
	Password string `json:"password,omitempty"`
}

func (f userFlags) view(u account.User) User {
	view := User{
		ID: u.ID, GUID: u.GUID, Username: textOf(u.Username),
		Nickname: textOf(u.Nickname), RealName: textOf(u.RealName),
		Role: u.Role, Disabled: u.DisabledAt != nil, ErasedAt: localTimeOf(u.ErasedAt),
		Mobile: textOf(u.Mobile), MobileVerified: u.MobileVerified,
		Email: textOf(u.Email), EmailVerified: u.EmailVerified,
		HasPassword: u.HasPassword, Source: u.CreateSource, CreatedAt: cli.LocalTime(u.CreatedAt),
	}
	if !f.Full {
		view.Mobile = maskMobile(view.Mobile)
	}
	if u.LastLoginAt != nil {
		view.LastLoginAt = new(cli.LocalTime(*u.LastLoginAt))
	}
	return view
}

func (f userFlags) show(ctx context.Context, c *cli.Console, accounts account.Operator, id int64) error {
	user, _, err := accounts.UserDetail(ctx, account.Caller{UserID: id}, "", id)
	if err != nil {
		return err
	}
	memberships, err := accounts.Memberships(ctx, id)
	if err != nil {
		return err
	}
	view := f.view(user)
	for _, m := range memberships {
		view.Memberships = append(view.Memberships, membershipView(m))
	}
	if f.JSON {
		return c.PrintJSON(view)
	}
	return c.PrintTable(nil, view.rows())
}

func (u User) rows() [][]any {
	rows := [][]any{
		{"id", u.ID}, {"guid", u.GUID}, {"user name", u.Username},
		{"nickname", u.Nickname}, {"real name", u.RealName},
		{"role", u.Role}, {"disabled", u.Disabled},
		{"mobile", markUnverified(u.Mobile, u.MobileVerified)}, {"e-mail", markUnverified(u.Email, u.EmailVerified)},
		{"has a password", u.HasPassword}, {"source", u.Source},
		{"created", u.CreatedAt}, {"last sign-in", u.LastLoginAt},
	}
	if u.ErasedAt != nil {
		rows = append(rows, []any{"closed, erased at", u.ErasedAt})
	}
	for _, m := range u.Memberships {
		text := m.Organisation + " " + m.Name
		if len(m.Roles) > 0 {
			text += ": " + strings.Join(m.Roles, ", ")
		}
		rows = append(rows, []any{"member of", text})
	}
	return rows
}

func membershipView(m account.Membership) Membership {
	view := Membership{Organisation: m.Code, Name: m.Name, Roles: []string{}}
	for _, role := range m.Roles {
		view.Roles = append(view.Roles, role.Code)
	}
	return view
}

func markUnverified(value string, verified bool) string {
	if value == "" || verified {
		return value
	}
	return value + " (not verified)"
}

// maskMobile gives 138****8000.
func maskMobile(mobile string) string {
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
