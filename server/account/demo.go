package account

import (
	"cmp"
	"context"
	"time"

	"quartet/server/apierr"
	"quartet/store"
)

// DemoMetadata names the metadata that marks a database as a demonstration's.
const DemoMetadata = "demonstration"

// DemoSeed is the initial content of a demonstration's database.
type DemoSeed struct {
	Organisations, Roles []DemoName
	Users                []DemoUser
	Applications         []DemoApplication
	Sessions             []DemoSession
	Codes                []DemoCode
	Webhooks             []DemoWebhook
}

// DemoName is an organisation or a role.
type DemoName struct {
	ID         int64
	Code, Name string
}

// DemoUser is a user with a given id and the memberships, by the codes of
// organisation and role; role "" is none.
type DemoUser struct {
	AddedUser
	ID          int64
	Source      string // where the user came from
	Memberships []DemoMembership
}

// DemoMembership is a user's place in an organisation.
type DemoMembership struct{ Organisation, Role string }

// DemoApplication is an application that sees the members of Organisations,
// which are named by code.
type DemoApplication struct {
	ID, Name              string
	Rights, Organisations []string
	Secret                string // "" for none
	SecretID              int64  // 0: a new one
}

// DemoSession is a session with public tokens. Without tokens it cannot be used.
type DemoSession struct {
	ID, UserID                int64
	Dialect, Device           string
	Application               string // that it was opened for; "" for none
	AccessToken, RefreshToken string
	Generation                int64 // of the access token; 0 is 1
	AccessLife, Life          time.Duration
}

// DemoCode is a one-time code that works once.
type DemoCode struct {
	Purpose, Mobile, Code string
	Life                  time.Duration
}

// ResetDemo deletes everything from a demonstration's database and inserts the
// seed, in one transaction. The failure is Forbidden for a database without
// DemoMetadata; others are those of AddUser.
func (s *Service) ResetDemo(ctx context.Context, seed DemoSeed) error {
	if _, err := s.store.Metadata(ctx, DemoMetadata); err != nil {
		return toAPIErr(err, apierr.Forbidden)
	}
	users, err := s.demoUsers(ctx, seed.Users)
	if err != nil {
		return err
	}
	err = s.store.InTx(ctx, func(tx store.Tx) error {
		if err := tx.DeleteAll(ctx); err != nil {
			return err
		}
		for _, user := range users {
			if err := tx.InsertUser(ctx, user); err != nil {
				return err
			}
		}
		if err := s.insertOrganisations(ctx, tx, seed); err != nil {
			return err
		}
		for _, session := range seed.Sessions {
			if err := tx.PutSession(ctx, s.demoSession(session)); err != nil {
				return err
			}
		}
		for _, code := range seed.Codes {
			if err := s.setCode(ctx, tx, code); err != nil {
				return err
			}
		}
		return s.insertWebhooks(ctx, tx, seed.Webhooks)
	})
	if err == nil {
		s.guesses.forget()
	}
	return storeErr(err)
}

// insertOrganisations inserts organisations and roles, their members, and the
// applications that see them.
func (s *Service) insertOrganisations(ctx context.Context, tx store.Tx, seed DemoSeed) error {
	now := store.TimeOf(s.now())
	organisations, roles := map[string]int64{}, map[string]*int64{}
	for _, o := range seed.Organisations {
		organisations[o.Code] = o.ID
		if err := tx.InsertOrganisation(ctx, store.Organisation{ID: o.ID, Code: o.Code, Name: o.Name, CreatedAt: now}); err != nil {
			return err
		}
	}
	for _, r := range seed.Roles {
		roles[r.Code] = &r.ID
		if err := tx.InsertRole(ctx, store.Role{ID: r.ID, Code: r.Code, Name: r.Name, CreatedAt: now}); err != nil {
			return err
		}
	}
	for _, user := range seed.Users {
		for _, m := range user.Memberships {
			if err := tx.AddMembership(ctx, user.ID, organisations[m.Organisation], roles[m.Role], now); err != nil {
				return err
			}
		}
	}
	for _, a := range seed.Applications {
		rights, err := rightsText(a.Rights)
		if err != nil {
			return err
		}
		if err := tx.InsertApplication(ctx, store.Application{ID: a.ID, Name: a.Name, Rights: rights, CreatedAt: now}); err != nil {
			return err
		}
		if a.Secret != "" {
			secret := store.ApplicationSecret{ID: cmp.Or(a.SecretID, s.ids.Next()), ApplicationID: a.ID, Hash: hashOf(a.Secret), CreatedAt: now}
			if err := tx.InsertApplicationSecret(ctx, secret, MaxApplicationSecrets); err != nil {
				return err
			}
		}
		for _, code := range a.Organisations {
			if _, err := tx.AddApplicationOrganisation(ctx, a.ID, organisations[code]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) demoUsers(ctx context.Context, seed []DemoUser) ([]store.User, error) {
	users := make([]store.User, 0, len(seed))
	for _, u := range seed {
		r, err := u.registration()
		if err != nil {
			return nil, err
		}
		r.source = u.Source
		hash, err := s.newHash(ctx, "password", u.Password)
		if err != nil {
			return nil, err
		}
		user, err := s.row(u.ID, r, hash)
		if err != nil {
			return nil, err
		}
		users = append(users, user)
	}
	return users, nil
}

func (s *Service) demoSession(d DemoSession) store.Session {
	session := s.sessionRow(d.UserID, d.Dialect, OpenedByPassword, "127.0.0.1", "quartet demo")
	session.ID, session.DeviceNumber, session.Generation = d.ID, filled(&d.Device), max(d.Generation, 1)
	session.ApplicationID = filled(&d.Application)
	session.AccessExpiresAt = store.TimeOf(s.now().Add(d.AccessLife))
	session.ExpiresAt = store.TimeOf(s.now().Add(d.Life))
	if d.AccessToken != "" {
		session.AccessHash = new(hashOf(d.AccessToken))
	}
	if d.RefreshToken != "" {
		session.RefreshHash = new(hashOf(d.RefreshToken))
	}
	return session
}

// SetCode stores a valid one-time code for the duration life without sending it. The
// failure is InvalidField.
func (s *Service) SetCode(ctx context.Context, purpose, mobile, code string, life time.Duration) error {
	if err := checkCodeRequest(SendCodeRequest{Purpose: purpose, Mobile: mobile}); err != nil {
		return err
	}
	return storeErr(s.store.InTx(ctx, func(tx store.Tx) error {
		return s.setCode(ctx, tx, DemoCode{purpose, mobile, code, life})
	}))
}

func (s *Service) setCode(ctx context.Context, tx store.Tx, code DemoCode) error {
	now := s.now()
	key := store.CodeKey{Purpose: code.Purpose, MobileIndex: s.sealer.Index(code.Mobile), Asker: store.NoAsker}
	mac := s.codeMAC(code.Purpose, code.Mobile, code.Code)
	if err := tx.CreateCode(ctx, key, mac, store.TimeOf(now), store.TimeOf(now.Add(code.Life))); err != nil {
		return err
	}
	return tx.ActivateCode(ctx, key, mac)
}
