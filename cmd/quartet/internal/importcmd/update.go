package importcmd

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"quartet/server/userimport"
)

// updateFlag says what --update changes: "" nothing, updateChanged or updateAll.
type updateFlag string

const (
	updateChanged updateFlag = "changed"
	updateAll     updateFlag = "all"
)

// IsBool lets the flag stand without a value.
func (u *updateFlag) IsBool() bool { return true }

// Decode reads the flag, or its value after an equals sign.
func (u *updateFlag) Decode(ctx *kong.DecodeContext) error {
	*u = updateChanged
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		return nil
	}
	if value := ctx.Scan.Pop().String(); value != string(updateAll) {
		return fmt.Errorf("--update has no value, or the value %s, not %q", updateAll, value)
	}
	*u = updateAll
	return nil
}

// Updated counts a user who was there, and tells what became of the values that differ.
func (r *report) Updated(f userimport.Finding, update userimport.Update) {
	counted := &r.counts.Present
	if len(update.Changed) > 0 {
		counted = &r.counts.Updated
	}
	r.count(counted)
	if len(update.Changed) > 0 {
		f.Column = strings.Join(update.Changed, ", ")
		f.Reason = userimport.Reason{English: "taken over from the file", Chinese: "已改为文件中的值"}
		r.list.add(r.counts.Table, f)
	}
	f.Outcome = userimport.Kept
	if len(update.Kept) > 0 {
		f.Column = strings.Join(update.Kept, ", ")
		f.Reason = userimport.Reason{English: "set here since the last import, and kept", Chinese: "上次导入之后在这里改过，保留"}
		r.tell(f)
	}
	for _, taken := range update.Taken {
		f.Column = taken.Column
		f.Reason = userimport.Reason{
			English: fmt.Sprintf("not taken over, because the user %d has it", taken.Owner),
			Chinese: fmt.Sprintf("没有采用，因为用户 %d 已经占用", taken.Owner),
		}
		r.tell(f)
	}
	if update.StaysEnabled != "" {
		f.Column = update.StaysEnabled
		f.Reason = userimport.Reason{English: "not taken over, because no other super administrator can sign in", Chinese: "没有采用，因为没有其他超级管理员可以登录"}
		r.tell(f)
	}
	if len(update.Kept)+len(update.Taken) > 0 || update.StaysEnabled != "" {
		r.counts.Differing++
	}
}
