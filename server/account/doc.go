// Package account holds the rules of Quartet: who a user is, how they sign in,
// how long a session lives and who may do what. It knows no HTTP, no SQL and no
// wire format; every error it returns is a *apierr.Error.
package account
