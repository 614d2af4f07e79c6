// Package password hashes passwords, verifies them at a bounded cost to the
// machine, and says which ones are good enough. It also verifies the hashes that
// JPress, RuoYi, Jeecg and ABP made, until they are replaced.
package password
