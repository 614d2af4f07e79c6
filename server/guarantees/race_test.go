//go:build race

package guarantees

// raceDetector makes the servers under test run under the race detector too.
const raceDetector = true
