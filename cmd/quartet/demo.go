package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"quartet/openapi"
	"quartet/server"
	"quartet/server/account"
	"quartet/server/providers"
	"quartet/store"
)

// demoMark is the name of the mark of a demonstration's database.
const demoMark = "demonstration"

// keepApart makes sure that the passwords everybody knows get into no database
// but a demonstration's, and that such a database is served as nothing else.
func keepApart(ctx context.Context, database *store.Store, demo bool) error {
	_, err := database.Metadata(ctx, demoMark)
	marked := err == nil
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return err
	case marked && !demo:
		return errors.New("this database is a demonstration's, whose passwords everybody knows: serve it with --demo, or name another with --database")
	case marked == demo:
		return nil
	}
	users, err := database.ListUsers(ctx, 0, 1)
	if err != nil {
		return err
	}
	if len(users) > 0 {
		return errors.New("this database has users of its own, and --demo would add some whose passwords everybody knows: name another with --database")
	}
	return database.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.PutMetadataIfAbsent(ctx, demoMark, "yes")
		return err
	})
}

// demonstrate makes the server a demonstration: people and things from the
// examples, simulated services, and a keeper that puts back what is used up.
func (s *serveCommand) demonstrate(ctx context.Context, c *console, config account.Config, options *server.Options, jobs *background) (announce func(net.Addr) error, err error) {
	sms := providers.NewSMSSimulator(options.Log, time.Now)
	config.SMS, config.WeChat = sms, providers.NewWeChatSimulator()
	config.OpenRegistration = true
	config.NewCode = newDemoCode
	options.Accounts = account.New(config)
	options.Demo = &server.Demo{
		Outbox:      outbox(sms, s.TimeZone.Location),
		AccessToken: standingToken,
		Application: demoApplication,
	}
	if err := furnish(ctx, config.Store, options.Accounts); err != nil {
		return nil, fmt.Errorf("cannot furnish the demonstration: %w", err)
	}
	keeper := newKeeper(config.Store, options.Accounts, time.Now)
	if err := keeper.start(ctx); err != nil {
		return nil, fmt.Errorf("cannot furnish the demonstration: %w", err)
	}
	jobs.every(ctx, keeperInterval, "keeper", keeper.tick)
	return func(address net.Addr) error { return welcome(c.out, address) }, nil
}

// outbox shows the simulated messages, newest first, in the server's zone.
func outbox(sms *providers.SMSSimulator, zone *time.Location) func() []openapi.DemoMessage {
	return func() []openapi.DemoMessage {
		sent := []openapi.DemoMessage{}
		for _, message := range sms.Messages() {
			sent = append(sent, openapi.DemoMessage{
				To: message.To, Code: message.Code, At: message.At.In(zone).Truncate(time.Second),
			})
		}
		return sent
	}
}

// furnish puts the people and things of the examples in place, also when they
// are there already, as visitors have left them.
func furnish(ctx context.Context, database *store.Store, accounts *account.Service) error {
	for _, user := range demoUsers() {
		if err := accounts.PutUser(ctx, user); err != nil {
			return err
		}
	}
	if err := furnishOrganisation(ctx, database, accounts); err != nil {
		return err
	}
	return furnishApplication(ctx, database, accounts)
}

func furnishOrganisation(ctx context.Context, database *store.Store, accounts *account.Service) error {
	now := store.TimeOf(time.Now())
	err := errors.Join(
		unlessThere(database.InTx(ctx, func(tx store.Tx) error {
			return tx.InsertOrganisation(ctx, store.Organisation{ID: 10020027, Code: demoOrganisation, Name: "第二十七职业高中", CreatedAt: now})
		})),
		unlessThere(database.InTx(ctx, func(tx store.Tx) error {
			return tx.InsertRole(ctx, store.Role{ID: 8, Code: demoRole, Name: "教职工", CreatedAt: now})
		})),
		accounts.EnableOrganisation(ctx, demoOrganisation),
		accounts.EnableRole(ctx, demoRole),
	)
	for _, member := range []int64{demoUserID, pupilUserID} {
		err = errors.Join(err, accounts.AddMembership(ctx, member, demoOrganisation, demoRole))
	}
	return err
}

func furnishApplication(ctx context.Context, database *store.Store, accounts *account.Service) error {
	return errors.Join(
		unlessThere(database.InTx(ctx, func(tx store.Tx) error {
			return tx.InsertApplication(ctx, store.Application{ID: demoApplication, Name: "演示应用", CreatedAt: store.TimeOf(time.Now())})
		})),
		accounts.EnableApplication(ctx, demoApplication),
		accounts.SetApplicationRights(ctx, demoApplication, nil),
		accounts.AddApplicationOrganisation(ctx, demoApplication, demoOrganisation),
	)
}

// unlessThere forgives that what was to be added is there already.
func unlessThere(err error) error {
	if _, there := errors.AsType[store.ConflictError](err); there {
		return nil
	}
	return err
}
