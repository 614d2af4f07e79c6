"use strict";

// The demonstration's outbox and reset, as buttons. The page stays signed in after a reset,
// because the demonstration's tokens are always the same ones. Both are at the server's root, so
// that a proxy may not pass them on: the page then has neither.
quartet.demo = (() => {
  const { say, element } = quartet;
  let addresses = {};

  const canReset = () => Boolean(addresses.reset);

  const ask = (reference, options) => fetch(new URL(reference, location.href), { credentials: "omit", ...options });

  /** Puts the demonstration back; the answer's status, 0 where none came. */
  const reset = () => ask(addresses.reset, { method: "POST" }).then(({ status }) => status, () => 0);

  const messages = async () => (await ask(addresses.outbox)).json();

  async function mount({ demo }) {
    if (!demo) return;
    addresses = demo;
    if (!Array.isArray(await messages().catch(() => undefined))) {
      addresses = {};
      return;
    }
    document.getElementById("demo").append(outboxButton(), resetButton());
    if (demo.console) document.querySelector(".bar nav").append(element("a", { id: "console", href: demo.console }, say("console")));
  }

  function resetButton() {
    const button = element("button", { type: "button", id: "reset" }, say("reset"));
    button.onclick = async () => {
      button.disabled = true;
      const status = await reset();
      button.disabled = false;
      tell(status === 200 ? say("resetDone") : status ? say("resetFailed", { status }) : say("outOfReach"));
    };
    return button;
  }

  function tell(words) {
    const note = document.getElementById("note");
    note.textContent = words;
    setTimeout(() => { if (note.textContent === words) note.textContent = ""; }, 6000);
  }

  function outboxButton() {
    const list = element("div", { className: "messages", tabIndex: 0 });
    const refresh = element("button", { type: "button", className: "strong" }, say("refresh"));
    const close = element("button", { type: "button" }, say("close"));
    const panel = element("dialog", { id: "outbox-panel", aria: { label: say("outbox") } },
      element("h2", {}, say("outbox")), element("p", {}, say("outboxLead")), list, element("div", { className: "buttons" }, refresh, close));
    const read = async () => list.replaceChildren(await messages().then(table, () => element("p", {}, say("outOfReach"))));
    refresh.onclick = read;
    close.onclick = () => panel.close();
    document.body.append(panel);
    const button = element("button", { type: "button", id: "outbox" }, say("outbox"));
    button.onclick = async () => {
      await read();
      panel.showModal();
    };
    return button;
  }

  function table(messages) {
    if (messages.length === 0) return element("p", { className: "empty" }, say("outboxEmpty"));
    const row = (cell, texts) => element("tr", {}, texts.map((text) => element(cell, {}, text)));
    return element("table", {},
      element("thead", {}, row("th", [say("to"), say("code"), say("at")])),
      element("tbody", {}, messages.map(({ to, code, at }) => row("td", [to, code, new Date(at).toLocaleTimeString(document.documentElement.lang)]))));
  }

  return { mount, reset, canReset };
})();
