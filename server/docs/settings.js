"use strict";

// Language and theme of the pages. This script stands in the head, so that nothing is painted
// in the wrong ones; both are kept in this browser, and follow it until they are chosen.
window.quartet = (() => {
  const root = document.documentElement;
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
  const kept = (key, allowed) => (allowed.includes(localStorage.getItem(key)) ? localStorage.getItem(key) : null);
  const keep = (key, value) => (value ? localStorage.setItem(key, value) : localStorage.removeItem(key));

  const language = () => kept("quartet.language", ["zh", "en"]) ?? (navigator.language.startsWith("zh") ? "zh" : "en");
  const theme = () => kept("quartet.theme", ["light", "dark"]);
  const inWords = (chinese, english) => (language() === "zh" ? chinese : english);

  function show() {
    root.lang = inWords("zh-CN", "en");
    root.dataset.language = language();
    root.dataset.theme = theme() ?? (systemIsDark.matches ? "dark" : "light");
    for (const place of document.querySelectorAll(".switches")) fill(place);
  }

  function fill(place) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "language-switch";
    button.textContent = inWords("English", "中文");
    button.title = inWords("换成英文", "Read in Chinese");
    button.onclick = () => {
      keep("quartet.language", inWords("en", "zh"));
      show();
      dispatchEvent(new Event("quartet:language"));
    };
    const select = document.createElement("select");
    select.className = "theme-switch";
    select.setAttribute("aria-label", inWords("主题", "Theme"));
    const names = [["", inWords("随系统", "System")], ["light", inWords("浅色", "Light")], ["dark", inWords("深色", "Dark")]];
    for (const [value, name] of names) select.add(new Option(name, value, false, value === (theme() ?? "")));
    select.onchange = () => {
      keep("quartet.theme", select.value);
      show();
      document.querySelector(".theme-switch")?.focus();
    };
    place.replaceChildren(button, select);
  }

  show();
  systemIsDark.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", show);
  return { language, inWords };
})();
