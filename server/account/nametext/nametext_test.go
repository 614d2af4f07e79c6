package nametext_test

import (
	"testing"

	"quartet/server/account/nametext"
)

func TestMixesScripts(t *testing.T) {
	for text, want := range map[string]bool{
		"tao.ran": false, "林晚秋": false, "林晚秋2008": false, "Lin晚秋": false, "阿凡提·买买提": false, "さくらサクラ桜sakura": false, "김민준Kim金": false,
		"ㄌㄧㄣ林Lin": false, "Иван": false, "Ελένη": false, "ئابدۇللا": false, "བཀྲ་ཤིས": false, "ᠪᠠᠶᠠᠷ": false, "ꆈꌠ": false, "ꓡꓲꓢꓴ": false, "Müller": false, "é": false, "𠮷野家": false, "ー々": false,
		"аdmin": true, "раyраl": true, "αdmin": true, "admіn": true, "林а": true, "Иван林": true, "אlef": true, "さ김": true, "ㄌ김": true, "ꓡin": true, "Ꭺdmin": true, "ա1n": true,
	} {
		if got := nametext.MixesScripts(text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestPilesMarks(t *testing.T) {
	for text, want := range map[string]bool{
		"Nguyễn": false, "Thu\u031bo\u031b\u0301": false, "བཀྲ་ཤིས": false, "שָׁלוֹם": false,
		"a\u0301\u0301": true, "\u00e1\u0301": true, "a\u0300\u0301\u0302\u0303\u0304": true,
	} {
		if got := nametext.PilesMarks(text); got != want {
			t.Errorf("%+q: %v", text, got)
		}
	}
}

func TestVisible(t *testing.T) {
	for _, text := range []string{
		"晚秋", "阿凡提·买买提", "Tao Ran", "😀", "👨‍👩‍👧‍👦", "👩🏽‍💻", "🏳️‍🌈", "❤️‍🔥", "🏴‍☠️", "1️⃣", "#️⃣", "☎︎", "‼️", "🙂‍↔️", "👁️‍🗨️", "⛹🏿‍♀️",
		"🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🇨🇳", "می\u200cخواهم", "क्\u200dष", "ක්\u200dෂ", "ᠨᠢ\u180b", "ᠪᠠᠶᠠᠷ", "ئابدۇللا", "林\u3000晚秋", "𠮷", "\ue863", "\U0001faff\u200d\U0001faff",
	} {
		if nametext.HasInvisible(text) {
			t.Errorf("%+q has something invisible", text)
		}
	}
	for text, want := range map[string]string{
		"a\u202eb": "ab", "a\u2066b\u2069": "ab", "a\u200eb\u200f": "ab", "a\u061cb": "ab", "a\u200bb": "ab", "a\u2060b": "ab", "\ufeffa": "a", "a\u00adb": "ab", "a\u200db": "ab",
		"a\u200cb": "ab", "林\u200d晚": "林晚", "林\ufe0f": "林", "林\U000e0100": "林", "a\u180eb": "ab", "ㅤ": "", "\u2800": "", "\uffa0": "", "\u115f": "", "a\u034fb": "ab",
		"😀\u200d": "😀", "\u200d😀": "😀", "😀\u200d\u200d😀": "😀😀", "😀\ufe0f\ufe0f": "😀\ufe0f", "1\ufe0f": "1", "a\nb": "ab", "a\tb": "ab", "a\u0085b": "ab", "a\u2028b": "ab", "a\u2029b": "ab", "a\ufff9b": "ab",
		"a\U000e0061": "a", "🏴\U000e0067\U000e0062": "🏴", "🏴\U000e007f": "🏴", "🏴" + "\U000e0061\U000e0061\U000e0061\U000e0061\U000e0061\U000e0061\U000e0061\U000e007f": "🏴", "a\ufffdb": "ab", "a\U0001d173b": "ab", "a\u206ab": "ab",
	} {
		if got := nametext.Visible(text); got != want {
			t.Errorf("%+q: %+q, want %+q", text, got, want)
		}
	}
}

func TestLatinLookalike(t *testing.T) {
	for text, want := range map[string]string{
		"аррӏе": "apple", "сосо": "coco", "МАХ_1": "MAX_1", "ΝΙΚΟ": "NIKO", "ѕсоре2026": "scope2026", "ορα": "opa",
		"иван": "", "Москва": "", "apple": "", "аpple": "", "林": "", "123": "", "Ελένη": "",
	} {
		if got, found := nametext.LatinLookalike(text); got != want && found || found != (want != "") {
			t.Errorf("%s: %q %v, want %q", text, got, found, want)
		}
	}
}
