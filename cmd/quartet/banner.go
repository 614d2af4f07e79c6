package main

import (
	"bytes"
	"io"
	"net"
	"text/template"
)

// welcome tells whoever started a demonstration where to begin.
func welcome(out io.Writer, address net.Addr) error {
	var text bytes.Buffer
	err := welcomeText.Execute(&text, map[string]string{
		"URL": "http://" + reachable(address), "Mobile": demoMobile, "Code": demoCode,
		"Application": demoApplication, "Organisation": demoOrganisation, "Role": demoRole,
	})
	if err != nil {
		return err
	}
	_, err = text.WriteTo(out) // at once: log lines must not get between
	return err
}

// reachable is an address that a browser on this machine can open: "every
// interface" is none.
func reachable(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return address.String()
	}
	return (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}).String()
}

var welcomeText = template.Must(template.New("welcome").Parse(`
Quartet 演示已启动 · the demonstration is running

  点开试用 click here    {{.URL}}/docs/
  短信箱 SMS outbox      {{.URL}}/demo/outbox

  普通用户 user          demo / quartet-demo
  超级管理员 admin       admin / quartet-admin
  手机 mobile            {{.Mobile}}, 验证码 code {{.Code}}
  其他手机 other mobiles 验证码见短信箱 find the code in the outbox
  微信 WeChat            任意 32 位字母数字 any 32 letters and digits
  应用 application       X-App-Id: {{.Application}}
  组织 organisation      {{.Organisation}} ({{.Role}})

  试一条 try
  curl -d loginAccount=demo -d password=quartet-demo {{.URL}}/api/user/login

`))
