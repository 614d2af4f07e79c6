// Command changelog writes what has changed in the contract since the release before
// VERSION, in Markdown. It runs in the folder above.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"quartet/openapi/contracttest/oasdiff"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "changelog:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: changelog VERSION")
	}
	if err := oasdiff.RequireHistory(ctx); err != nil {
		return err
	}
	before, name, first, err := oasdiff.LastRelease(ctx, args[0])
	if err != nil {
		return err
	}
	after, err := os.ReadFile("../../openapi.yaml")
	if err != nil {
		return err
	}
	changes, err := oasdiff.Changelog(before, after)
	if err != nil {
		return err
	}
	if !first {
		_, err = fmt.Printf("# The contract of %s, compared with %s\n\n%s", args[0], name, changes)
		return err
	}
	all, err := oasdiff.Operations(after)
	if err != nil {
		return err
	}
	_, err = fmt.Printf("# The contract of %s\n\nThis is the first release. These are its operations:\n\n%s\n"+
		"Compared with the contract that changes were held to before it:\n\n%s", args[0], all, changes)
	return err
}
