// Package account contains the business rules of Quartet: users, ways to sign in,
// sessions and permissions. It is independent of HTTP, SQL and response formats; every
// error that it returns is a *apierr.Error.
package account
