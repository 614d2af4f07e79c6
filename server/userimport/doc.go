// Package userimport reads the user tables of other back ends (JPress, RuoYi,
// Jeecg, ABP), as CSV or JSON Lines, and imports the users through package account.
package userimport
