// Package password hashes and verifies passwords at a bounded cost, and checks new
// ones. It also verifies the hashes of JPress, RuoYi, Jeecg and ABP.
package password
