"use strict";

// Who calls: the people of the demonstration, nobody, or the reader's own token. What Swagger UI's
// dialog Authorize holds is the only state, so that both always say the same.
quartet.people = (() => {
  const { say, element } = quartet;
  let ui, people;

  const authorized = () => ui.authSelectors.authorized()?.toJS() ?? {};
  const valuesOf = (credentials) => JSON.stringify(Object.entries(credentials).map(([name, one]) => [name, one.value]).sort());

  /** The id of who calls: demo, administrator, nobody or own. */
  function current() {
    const held = authorized();
    if (Object.keys(held).length === 0) return "nobody";
    return people.find((one) => valuesOf(one.authorized) === valuesOf(held))?.id ?? "own";
  }

  /** The first token that the page would send, and the application's id. */
  function credentials() {
    const held = Object.entries(authorized());
    const of = (kind) => held.find(([name, { value }]) => typeof value === "string" && quartet.contract.schemes()[name]?.["x-credential"] === kind)?.[1].value;
    return { token: of(undefined), application: of("application") };
  }

  /** The credentials to call an operation with: a request has one Authorization header, so that of several for it the operation's first is sent. */
  function credentialsFor(operation, held) {
    const inHeader = (operation.security ?? []).flatMap(Object.keys).filter((name) => held[name]?.schema.type === "http");
    return Object.fromEntries(Object.entries(held).filter(([name]) => !inHeader.slice(1).includes(name)));
  }

  function become(credentials) {
    ui.authActions.restoreAuthorization({ authorized: credentials });
    ui.authActions.persistAuthorizationIfNeeded();
  }

  // The token in every place where a token may be sent; an application of the demonstration stays.
  function becomeOwn(token) {
    const schemes = Object.entries(quartet.contract.schemes());
    const own = schemes.filter(([, schema]) => !schema["x-credential"]).map(([name, schema]) => [name, { name, schema, value: token }]);
    const application = Object.entries(people[0]?.authorized ?? {}).filter(([name]) => quartet.contract.schemes()[name]?.["x-credential"]);
    become(Object.fromEntries([...application, ...own]));
  }

  function mount(system, settings) {
    [ui, people] = [system, settings.demo?.people ?? []];
    const place = document.getElementById("people");
    const ids = [...people.map((one) => one.id), "nobody", "own"];
    const nameOf = (id) => {
      const { name } = people.find((one) => one.id === id) ?? {};
      return name ? quartet.inWords(name.zh, name.en) : say(id);
    };
    const now = element("output", { className: "now" });
    const input = element("input", { type: "text", id: "own-token", spellcheck: false, autocomplete: "off", placeholder: say("ownHint"), required: true });
    const form = element("form", { className: "own", hidden: true },
      element("label", { htmlFor: "own-token" }, say("ownToken")), input, element("button", { className: "strong" }, say("use")));
    input.oninput = () => input.setCustomValidity(/[^\x20-\xff]/.test(input.value.trim()) ? say("unfitToken") : "");
    form.onsubmit = (event) => {
      event.preventDefault();
      becomeOwn(input.value.trim());
      input.value = "";
      form.hidden = true;
    };
    const buttons = ids.map((id) => {
      const button = element("button", { type: "button", className: "person" }, say(id));
      button.dataset.person = id;
      button.onclick = () => {
        form.hidden = id !== "own";
        if (id === "own") input.focus();
        else become(id === "nobody" ? {} : people.find((one) => one.id === id).authorized);
      };
      return button;
    });
    place.replaceChildren(now, element("div", { className: "choices", role: "group", aria: { label: say("people") } }, buttons), form);

    let shown;
    const show = () => {
      const id = current();
      if (id === shown) return;
      shown = id;
      now.replaceChildren(say("signedInAs"), element("strong", {}, nameOf(id)));
      for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.person === id);
    };
    ui.getStore().subscribe(show);
    show();
  }

  return { mount, current, credentials, credentialsFor };
})();
