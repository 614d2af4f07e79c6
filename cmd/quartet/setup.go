package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"quartet/cmd/quartet/internal/cli"
	"quartet/server/account"
)

// setUpByCommand adds the first super administrator without the console.
const setUpByCommand = "quartet user add NAME --role super_administrator --password-stdin"

// offerSetUp tells the operator how to make the first super administrator, if there is no
// user: by a one-time address of the console, which is printed to a terminal. Elsewhere what
// is printed is kept in logs, so the address is in a file beside the keys, until it was used
// or is too old.
func (s *serveCommand) offerSetUp(ctx context.Context, c *cli.Console, installed *installation, accounts *account.Service, at string, jobs *background) error {
	token, err := accounts.NewSetUpToken(ctx)
	if err != nil {
		return err
	}
	file := installed.flags.Keys + ".setup"
	log := installed.log
	removeOld(file, log)
	if token == "" {
		return nil
	}
	if s.NoAdmin || s.NoConsole {
		log.Info("there are no users yet: add the first super administrator, with a password on standard input, by: " +
			setUpByCommand + " (with the same --database and --keys)")
		return nil
	}
	address := "http://" + at + "/console/#/setup?token=" + token
	if c.OutIsTerminal() {
		return printSetUp(c, address)
	}
	if err := writePrivately(file, address+"\n"); err != nil {
		log.Warn("there are no users yet, and the address for making the first super administrator cannot be written: add them, with a password on standard input, by: "+
			setUpByCommand+" (with the same --database and --keys)", "error", err)
		return nil
	}
	jobs.jobs.Go(func() { removeWhenUseless(ctx, accounts, token, file, address+"\n", log) })
	log.Info("there are no users yet: the first super administrator is made at the address in this file, once and within "+
		account.SetUpTime.String()+", or by: "+setUpByCommand, "file", file)
	return nil
}

func printSetUp(c *cli.Console, address string) error {
	var text bytes.Buffer
	err := setUpText.Execute(&text, map[string]any{"Address": address, "Minutes": account.SetUpTime.Minutes(), "Command": setUpByCommand})
	if err != nil {
		return err
	}
	_, err = text.WriteTo(c.Out) // in one write, so that log lines do not interrupt it
	return err
}

var setUpText = template.Must(template.New("setup").Parse(`
还没有用户。在浏览器打开下面的链接，设置第一个超级管理员（{{.Minutes}} 分钟内有效，只能用一次）：
There are no users yet. Open this address to make the first super administrator (once, within {{.Minutes}} minutes):

  {{.Address}}

不用浏览器 without a browser: {{.Command}}

`))

// writePrivately writes a file that its owner alone can read, and replaces what was there.
func writePrivately(path, text string) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".setup-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.WriteString(text)
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return errors.Join(cli.GiveToFolderOwner(temp.Name()), os.Rename(temp.Name(), path))
}

// checkSetUp is how often the server looks whether the address still works.
const checkSetUp = 2 * time.Second

// removeWhenUseless removes the file of an address that works no more, unless another server
// has replaced it.
func removeWhenUseless(ctx context.Context, accounts *account.Service, token, file, text string, log *slog.Logger) {
	for ticker := time.NewTicker(checkSetUp); ; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			ticker.Stop()
			return
		}
		if works, err := accounts.SetUpWorks(ctx, token); err != nil || works {
			continue // the database may be back later
		}
		ticker.Stop()
		if found, err := os.ReadFile(file); err == nil && string(found) == text {
			removeOld(file, log)
		}
		return
	}
}

// removeOld removes the file of an earlier start. It asks first whether there is one,
// because a file system that is read-only refuses to remove what is not there.
func removeOld(file string, log *slog.Logger) {
	if _, err := os.Lstat(file); err != nil {
		return
	}
	if err := os.Remove(file); err != nil {
		log.Warn("the address of an earlier start is still in a file; it is of no use any more", "error", err)
	}
}
