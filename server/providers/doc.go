// Package providers connects to the external services that account uses, SMS and
// WeChat, and simulates them.
package providers
