package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
)

// The demo data that the steps use; people and tokens are invented.
const (
	mobile        = "13800138000"
	code          = "246135"
	accessToken   = "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW"
	pairAccess    = "AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01"
	pairRefresh   = "RT-ZGVtby1yZWZyZXNoLXRva2VuLW9mLXF1YXJ0ZXQtMDE"
	weChatCode    = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P"
	realName      = "林晚秋"
	shownOfAnswer = 160 // characters
)

// steps prints the steps of one client against one server.
type steps struct{ client, mode, base string }

// each runs the parts against both servers, with the demo data put back before
// each of them.
func each(client string, parts ...func(steps)) {
	for _, mode := range []string{"honest", "legacy"} {
		base := os.Getenv("QUARTET_" + strings.ToUpper(mode))
		for _, part := range parts {
			post(base + "/demo/reset")
			part(steps{client, mode, base})
		}
	}
}

// expireTokens makes the access tokens expire that the steps before have left.
func (s steps) expireTokens() { post(os.Getenv("QUARTET_EXPIRE") + "/?mode=" + s.mode) }

func post(url string) {
	answer, err := http.Post(url, "", nil)
	if err != nil {
		panic(err)
	}
	_ = answer.Body.Close()
}

// step prints a line of JSON. The step works where what the client's caller got
// contains what it wants.
func (s steps) step(operation, kase, want string, probe func() (string, error)) {
	saw, err := probe()
	works := err == nil && strings.Contains(saw, want)
	if err != nil {
		saw = err.Error()
	}
	if text := []rune(saw); len(text) > shownOfAnswer {
		saw = string(text[:shownOfAnswer])
	}
	line, err := json.Marshal(struct {
		Client    string `json:"client"`
		Mode      string `json:"mode"`
		Operation string `json:"operation"`
		Case      string `json:"case"`
		Works     bool   `json:"works"`
		Saw       string `json:"saw"`
		Want      string `json:"want"`
	}{s.client, s.mode, operation, kase, works, saw, want})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}
