// Package userimport reads the user tables of other back ends (JPress, RuoYi, Jeecg, ABP,
// yudao), as CSV, JSON or xlsx, and imports the users through package account.
package userimport
