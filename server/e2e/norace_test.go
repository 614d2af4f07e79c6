//go:build !race

package e2e

// raceDetector makes the servers under test run under the race detector too.
const raceDetector = false

// many is n, or a tenth of it under the race detector.
func many(n int) int { return n }
