// Package providers reaches the services outside that account depends on, SMS and
// WeChat, and plays them where there are none.
package providers
