package main

import (
	"context"
	"fmt"

	client "quartet/openapi/sdk/go"
)

// byPassword creates a user, signs in, changes it and its password: the jfinal dialect.
func (w *worker) byPassword(ctx context.Context) error {
	created, err := w.api.CreateUserWithResponse(ctx, client.UserCreation{Username: w.username, Password: &w.password})
	if err != nil || created.JSON200 == nil {
		return unexpected(err, "create a user", created)
	}
	taken, err := w.api.CreateUserWithResponse(ctx, client.UserCreation{Username: w.username})
	if err != nil || taken.JSON409 == nil {
		return unexpected(err, "a name that is taken", taken)
	}
	envelope := taken.JSON409
	if err := expect(envelope.State == client.JfinalFail && envelope.Code == 409 && envelope.Message == "用户名已存在", "the jfinal envelope", envelope); err != nil {
		return err
	}
	jwt, err := w.jwt(ctx, w.password)
	if err != nil {
		return err
	}
	id := created.JSON200.UserId
	updated, err := w.api.UpdateUserWithResponse(ctx, client.UserChange{Id: id, Nickname: new("一鸣")}, jwt)
	if err != nil || updated.JSON200 == nil {
		return unexpected(err, "update oneself", updated)
	}
	read, err := w.api.GetUserDetailWithResponse(ctx, &client.GetUserDetailParams{Id: id}, jwt)
	if err != nil || read.JSON200 == nil {
		return unexpected(err, "read oneself", read)
	}
	nickname := read.JSON200.User.Nickname
	if err := expect(nickname != nil && *nickname == "一鸣", "the new nickname", nickname); err != nil {
		return err
	}
	return w.changePassword(ctx, id, jwt)
}

func (w *worker) changePassword(ctx context.Context, id int64, jwt client.RequestEditorFn) error {
	body := client.UpdatePasswordForm{UserId: id, NewPassword: w.password + "-new", OldPassowrd: &w.password}
	changed, err := w.api.UpdatePasswordWithResponse(ctx, body, jwt)
	if err != nil || changed.JSON200 == nil {
		return unexpected(err, "change the password", changed)
	}
	_, err = w.jwt(ctx, body.NewPassword)
	return err
}

// jwt signs in by password and gives what sends the JWT along.
func (w *worker) jwt(ctx context.Context, password string) (client.RequestEditorFn, error) {
	signedIn, err := w.api.SignInByPasswordWithResponse(ctx, client.LoginForm{LoginAccount: w.username, Password: password})
	if err != nil || signedIn.JSON200 == nil {
		return nil, unexpected(err, "sign in by password", signedIn)
	}
	return header("Jwt", signedIn.JSON200.Jwt), nil
}

// answered is any answer of the client.
type answered interface{ Status() string }

// unexpected is why a call did not answer as it should: its error, or the status
// that came instead. The answer is nil wherever there is an error.
func unexpected(err error, what string, got answered) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: got %s", what, got.Status())
}
