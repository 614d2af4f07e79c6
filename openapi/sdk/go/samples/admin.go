package main

import (
	"context"
	"os"

	client "quartet/openapi/sdk/go"
)

// The values of the demonstration for the admin API.
var (
	adminToken    = "AT-1-ZGVtby1hZG1pbmlzdHJhdG9yLXRva2Vu"
	adminPassword = "quartet-admin"
	setupURL      = os.Getenv("SETUP_URL") // of a server without users
	setupToken    = os.Getenv("SETUP_TOKEN")
)

type (
	sample = func(context.Context, *client.ClientWithResponses) error
	// A reading sample gives what the next one needs, such as an ETag.
	reading = func(context.Context, *client.ClientWithResponses) (string, error)
	needing = func(context.Context, *client.ClientWithResponses, string) error
)

// after joins a sample to that which gives what it needs, with others between.
func after(read reading, need needing, between ...sample) sample {
	return func(ctx context.Context, api *client.ClientWithResponses) error {
		value, err := read(ctx, api)
		for _, other := range between {
			if err == nil {
				err = other(ctx, api)
			}
		}
		if err != nil {
			return err
		}
		return need(ctx, api, value)
	}
}

// adminSamples are the operations of the admin API.
func adminSamples() []sample {
	return []sample{
		listOrganisations, addOrganisation, after(readOrganisation, changeOrganisation), listMembers, deleteOrganisation,
		listRoles, addRole, after(readRole, changeRole), deleteRole,
		listApplications, addApplication, after(readApplication, changeApplication), linkOrganisation, unlinkOrganisation,
		listApplicationSecrets, addApplicationSecret, revokeApplicationSecret, deleteApplication,
		after(listSigningKeys, retireSigningKey, rotateSigningKey), listAudit, readFigures,
		listWebhooks, addWebhook, after(readWebhook, changeWebhook), rotateWebhookSecret, testWebhook,
		listDeliveries, readDelivery, replayDelivery, replayDeliveries, deleteWebhook,
		setUpAdministrator, signInAdministrator, readAdministrator,
		listUsers, addUser, findSessions, endAnySession, after(readUser, changeUser), setUserRole, setUserPassword,
		listMembershipsOfUser, setMembership, removeMembership, previewAnswer, exportUser,
		endSessionsOfUser, listLockouts, unlockUser, unlockClientIp,
		mergeUser, eraseUser, signOutAdministrator,
	}
}
