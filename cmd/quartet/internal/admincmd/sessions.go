package admincmd

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

// SessionCommands are the commands about sessions.
type SessionCommands struct {
	List sessionList `cmd:"" help:"List sessions, oldest first."`
	End  sessionEnd  `cmd:"" help:"End sessions. Every server refuses them from the next request on."`
}

// Session is a session as the command line prints it.
type Session struct {
	ID          int64      `json:"id"`
	UserID      int64      `json:"userId"`
	Dialect     string     `json:"dialect"`
	Way         string     `json:"way"`
	Application string     `json:"application"`
	Device      string     `json:"device"`
	ClientIP    string     `json:"clientIp"`
	UserAgent   string     `json:"userAgent"`
	CreatedAt   time.Time  `json:"createdAt"`
	LastSeenAt  time.Time  `json:"lastSeenAt"`
	ExpiresAt   time.Time  `json:"expiresAt"`
	EndedAt     *time.Time `json:"endedAt"`
	EndReason   string     `json:"endReason"`
}

func sessionView(s account.FoundSession) Session {
	return Session{
		ID: s.ID, UserID: s.UserID, Dialect: s.Dialect, Way: s.OpenedBy, Application: textOf(s.Application),
		Device: textOf(s.DeviceNumber), ClientIP: s.ClientIP, UserAgent: s.UserAgent,
		CreatedAt: cli.LocalTime(s.CreatedAt), LastSeenAt: cli.LocalTime(s.LastSeenAt), ExpiresAt: cli.LocalTime(s.ExpiresAt),
		EndedAt: localTimeOf(s.EndedAt), EndReason: textOf(s.EndReason),
	}
}

type sessionList struct {
	cli.Admin
	cli.Paging
	Who   string `arg:"" optional:"" help:"Only sessions of this user: id, user name, e-mail address or verified mobile number."`
	Ended bool   `env:"-" help:"List sessions too that have ended or expired."`
}

// Run lists the sessions.
func (s *sessionList) Run(ctx context.Context, c *cli.Console) error {
	after, err := s.AfterID()
	if err != nil {
		return err
	}
	return s.WithAccounts(ctx, func(accounts account.Operator) error {
		filter := account.SessionFilter{Ended: s.Ended}
		if s.Who != "" {
			user, err := accounts.FindUser(ctx, s.Who)
			if err != nil {
				return err
			}
			filter.UserID = user.ID
		}
		sessions, total, err := accounts.FindSessions(ctx, filter, after, int(s.Limit)+1)
		if err != nil {
			return err
		}
		page := cli.PageOf(mapped(sessions, sessionView), total, s.Paging, func(v Session) string { return strconv.FormatInt(v.ID, 10) })
		return cli.PrintPage(c, s.JSON, page, []string{"id", "user", "dialect", "way", "application", "client ip", "created", "last seen", "ended"},
			func(v Session) []any {
				return []any{v.ID, v.UserID, v.Dialect, v.Way, v.Application, v.ClientIP, v.CreatedAt, v.LastSeenAt, ended(v)}
			})
	})
}

func ended(v Session) any {
	if v.EndedAt == nil {
		return ""
	}
	return cli.Text(*v.EndedAt) + " " + v.EndReason
}

type sessionEnd struct {
	cli.Admin
	IDs  []int64 `arg:"" optional:"" name:"id" help:"Ids of sessions, as quartet session list shows them."`
	User string  `env:"-" placeholder:"WHO" help:"End all sessions of this user: id, user name, e-mail address or verified mobile number."`
}

// EndedSessions is what `quartet session end` prints.
type EndedSessions struct {
	Ended int64 `json:"ended"`
}

// Validate requires sessions.
func (s *sessionEnd) Validate() error {
	if (len(s.IDs) == 0) == (s.User == "") {
		return cli.Usagef("name sessions by their ids, or a user by --user")
	}
	return nil
}

// Run ends the sessions.
func (s *sessionEnd) Run(ctx context.Context, c *cli.Console) error {
	return s.WithAccounts(ctx, func(accounts account.Operator) error {
		var result EndedSessions
		if s.User != "" {
			user, err := accounts.FindUser(ctx, s.User)
			if err != nil {
				return err
			}
			if result.Ended, err = accounts.EndSessionsOf(ctx, user.ID); err != nil {
				return err
			}
		}
		for _, id := range s.IDs {
			if _, err := accounts.EndAnySession(ctx, id); err != nil {
				return fmt.Errorf("session %d: %s. Ended before it: %d", id, cli.Message(err), result.Ended)
			}
			result.Ended++
		}
		if s.JSON {
			return c.PrintJSON(result)
		}
		_, err := fmt.Fprintf(c.Out, "Sessions ended: %d.\n", result.Ended)
		return err
	})
}
