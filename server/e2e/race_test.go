//go:build race

package e2e

// raceDetector makes the servers under test run under the race detector too.
const raceDetector = true

// many is n, or a tenth of it: the race detector makes everything ten times as
// slow, and what it looks for is in the first few already.
func many(n int) int { return n / 10 }
