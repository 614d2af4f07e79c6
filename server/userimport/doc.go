// Package userimport reads the user tables of other back ends (JPress, RuoYi,
// Jeecg, ABP), as CSV or JSON Lines, and hands the people in them to package
// account. It knows their columns and their words, and nothing of databases.
package userimport
