package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	client "quartet/openapi/sdk/go"
)

func findSessions(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: findSessions
	params := &client.FindSessionsParams{User: new("3")}
	answer, err := api.FindSessionsWithResponse(ctx, params, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(len(answer.JSON200.Items))
	// end
	return nil
}

func endAnySession(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: endAnySession
	answer, err := api.EndAnySessionWithResponse(ctx, "1006", client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.StatusCode() != http.StatusNoContent {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.Status())
	// end
	return nil
}

func endSessionsOfUser(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: endSessionsOfUser
	answer, err := api.EndSessionsOfUserWithResponse(ctx, "3", client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.StatusCode() != http.StatusNoContent {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.Status())
	// end
	return nil
}

func listLockouts(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: listLockouts
	answer, err := api.ListLockoutsWithResponse(ctx, &client.ListLockoutsParams{},
		client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errors.New(answer.Status())
	}
	fmt.Println(len(answer.JSON200.Items), "locked")
	// end
	return nil
}

func unlockUser(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: unlockUser
	answer, err := api.UnlockUserWithResponse(ctx, "3", client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.StatusCode() != http.StatusNoContent {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.Status())
	// end
	return nil
}

func unlockClientIp(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: unlockClientIp
	answer, err := api.UnlockClientIpWithResponse(ctx, "203.0.113.7",
		client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.StatusCode() != http.StatusNoContent {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.Status())
	// end
	return nil
}

func signOutAdministrator(ctx context.Context, api *client.ClientWithResponses) error {
	// sample: signOutAdministrator
	answer, err := api.SignOutAdministratorWithResponse(ctx, client.Header("Authorization", "Bearer "+adminToken))
	if err != nil {
		return err
	}
	if answer.StatusCode() != http.StatusNoContent {
		return errors.New(answer.Status())
	}
	fmt.Println(answer.Status())
	// end
	return nil
}
