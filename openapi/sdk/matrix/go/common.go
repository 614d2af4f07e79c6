package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"time"
)

// calls are what a row asks with its client. Those of a dialect give what is read of the
// answer, the body of a failure as the type that was generated for it.
type calls interface {
	sendCode(ctx context.Context, mobile string) error
	outbox(ctx context.Context) (map[string]string, error)
	yudao(ctx context.Context, mobile, code string) (signedIn, error)
	cas(ctx context.Context, userID, accessToken string) (phone string, err error)
	ruoyi(ctx context.Context, code string) (int32, error)
	jfinal(ctx context.Context, username, password string) (id int64, err error)
	jeecg(ctx context.Context, token string) (phone string, err error)
}

// signedIn is what is read of the answer of a sign-in.
type signedIn struct {
	accessToken string
	userID      int64
}

// failure is a refusal whose code and message were read from the generated type.
type failure struct {
	code    int32
	message string
}

func (f failure) Error() string { return fmt.Sprintf("%d %s", f.code, f.message) }

// tally counts what was reached.
type tally struct{ calls, failures int }

func (t *tally) called(dialect string, holds bool, err error) {
	if err == nil && holds {
		t.calls++
		return
	}
	fmt.Fprintln(os.Stderr, "no answer as expected of", dialect, err)
}

func (t *tally) refused(dialect string, code int32, err error) {
	var f failure
	if errors.As(err, &f) && f.code == code && f.message != "" {
		t.failures++
		return
	}
	fmt.Fprintln(os.Stderr, "no failure as expected of", dialect, err)
}

// run makes all calls, writes the lines of the row, and compares them with the two numbers of the command line.
func run(c calls) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var t tally
	digits, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	exitOn(err)
	random := make([]byte, 16)
	_, err = rand.Read(random)
	exitOn(err)
	mobile, word := fmt.Sprintf("139%08d", digits), hex.EncodeToString(random)

	exitOn(c.sendCode(ctx, mobile))
	codes, err := c.outbox(ctx)
	exitOn(err)
	wrong := "000000"
	if codes[mobile] == wrong {
		wrong = "000001"
	}
	_, err = c.yudao(ctx, mobile, wrong)
	t.refused("yudao", 1002014000, err)
	user, err := c.yudao(ctx, mobile, codes[mobile])
	t.called("yudao", user.accessToken != "" && user.userID > 0, err)

	phone, err := c.cas(ctx, fmt.Sprint(user.userID), user.accessToken)
	t.called("cas", phone == mobile, err)
	_, err = c.cas(ctx, "9007199254740993", user.accessToken)
	t.refused("cas", 404, err)

	code, err := c.ruoyi(ctx, "f"+word[1:])
	t.called("ruoyi", code == 200, err)
	_, err = c.ruoyi(ctx, "40029"+word[5:])
	t.refused("ruoyi", 40029, err)

	id, err := c.jfinal(ctx, "row."+word[:12], "violet-"+word[12:])
	t.called("jfinal", id > 0, err)
	_, err = c.jfinal(ctx, "row."+word[:12], "violet-"+word[12:])
	t.refused("jfinal", 409, err)

	phone, err = c.jeecg(ctx, user.accessToken)
	t.called("jeecg", phone == mobile, err)
	_, err = c.jeecg(ctx, "AT-"+word)
	t.refused("jeecg", 401, err)

	fmt.Printf("calls %d/5\nfailures %d/5\n", t.calls, t.failures)
	if expected := []string{fmt.Sprint(t.calls), fmt.Sprint(t.failures)}; !slices.Equal(os.Args[1:], expected) {
		os.Exit(1)
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
