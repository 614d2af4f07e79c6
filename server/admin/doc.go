// Package admin implements the operations of the contract's tag admin, by which
// administrators and applications with rights look after the server from afar.
package admin
