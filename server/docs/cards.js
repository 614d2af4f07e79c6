"use strict";

// One card a dialect: a call of this server in one click, its answer beside the others'.
quartet.cards = (() => {
  const { say, element } = quartet;

  // A call that can be repeated for each dialect, as the caller who is chosen.
  const calls = {
    jeecg: { id: "refreshUser", method: "POST", path: "user/refresh", form: ({ token }) => ({ token, frontType: 0 }) },
    yudao: { id: "listSessions", method: "GET", path: "auth/sessions", headers: ({ token }) => ({ Authorization: token }) },
    cas: { id: "getUserInfo", method: "GET", path: "user/info", query: ({ token }) => ({ accessToken: token, userId: 1 }), headers: ({ application }) => ({ "X-App-Id": application }) },
    ruoyi: { id: "getWeChatUserInfo", method: "POST", path: "account_api/wechat/user/getUserInfo", json: () => ({ code: "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P" }) },
    jfinal: { id: "getUserDetail", method: "GET", path: "api/user/detail", query: () => ({ id: 1 }), headers: ({ token }) => ({ Jwt: token }) },
  };
  const speaks = { jeecg: "JeecgBoot", yudao: "yudao", cas: "CAS", ruoyi: "RuoYi", jfinal: "JFinal" };
  const documents = { jeecg: "000", yudao: "001", cas: "002", ruoyi: "003", jfinal: "004" };

  const answers = new Map(); // of a dialect: the newest answer's body, and how to show it again

  const present = (values = {}) => Object.entries(values).filter(([, value]) => value !== undefined);

  async function call({ method, path, form, query, headers, json }) {
    const caller = quartet.people.credentials();
    const url = new URL("../" + path, location.href);
    for (const [key, value] of present(query?.(caller))) url.searchParams.set(key, value);
    const request = { method, credentials: "omit", headers: Object.fromEntries(present(headers?.(caller))) };
    if (form) request.body = new URLSearchParams(present(form(caller)));
    if (json) [request.body, request.headers["Content-Type"]] = [JSON.stringify(json()), "application/json"];
    const answer = await fetch(url, request);
    return { status: answer.status, text: await answer.text() };
  }

  function mount(ui) {
    const place = document.getElementById("cards");
    const cards = quartet.contract.dialects().filter((name) => calls[name]).map((name) => card(ui, name));
    place.replaceChildren(...cards.map((one) => one.element));
    const all = document.getElementById("run-all");
    all.textContent = say("runAll");
    all.hidden = false;
    all.onclick = async () => {
      all.disabled = true;
      for (const one of cards) await one.run();
      all.disabled = false;
    };
  }

  function card(ui, name) {
    const { id, method, path } = calls[name];
    const status = element("span", { className: "status" });
    const body = element("pre", { tabIndex: 0, aria: { label: `${name}: ${say("answer")}` } }, shapeOf(name));
    const advice = element("p", { className: "advice", hidden: true });
    const repeated = element("p", { className: "repeated", role: "status", hidden: true });
    const button = element("button", { type: "button", className: "strong", aria: { label: `${say("run")} ${name}` } }, say("run"));
    const more = element("a", { href: `#/${name}/${id}`, aria: { label: `${say("open")} ${id}` } }, say("open"));
    more.onclick = () => {
      ui.layoutActions.updateFilter("");
      ui.layoutActions.show(["operations-tag", name], true);
      ui.layoutActions.show(["operations", name, id], true);
      setTimeout(() => document.getElementById(`operations-${name}-${id}`)?.scrollIntoView());
    };
    const run = async () => {
      button.disabled = true;
      try {
        const one = operationOf(name);
        let first, answer = await call(calls[name]);
        if (quartet.repeat.mayHelp(one, answer) && await quartet.demo.reset() === 200) {
          first = answer.status;
          answer = await call(calls[name]);
        }
        show(name, answer, { status, body, advice });
        repeated.textContent = quartet.repeat.wordsOn(one, answer, first) ?? "";
        section.classList.add("answered");
      } catch (error) {
        answers.delete(name);
        status.textContent = advice.textContent = repeated.textContent = "";
        advice.hidden = true;
        body.textContent = quartet.noAnswer(error.message);
      } finally {
        repeated.hidden = !repeated.textContent;
        button.disabled = false;
      }
    };
    button.onclick = run;
    const section = element("article", { className: `card ${name}` },
      element("header", {}, element("h2", {}, name), element("span", {}, `${quartet.inWords("文档", "document")} ${documents[name]} · ${speaks[name]}`)),
      element("div", { className: "call" }, element("p", {}, say(id)), element("code", {}, `${method} /${path}`)),
      element("div", { className: "buttons" }, button, status, more),
      body, advice, repeated);
    section.dataset.dialect = name;
    return { element: section, run };
  }

  // The documented shape, until there is an answer.
  function shapeOf(name) {
    const lines = quartet.contract.shapes(name).success;
    return ["{\n", ...lines.flatMap(([key, value], i) => [
      "  ", key ? element("b", {}, JSON.stringify(key)) : "", key ? `: ${value}` : value, i < lines.length - 1 ? ",\n" : "\n"]), "}"];
  }

  const operationOf = (name) => quartet.contract.operations().find((operation) => operation.operationId === calls[name].id);

  function show(name, { status, text }, places) {
    const one = operationOf(name);
    const failed = quartet.contract.isFailure(one, status, text);
    places.status.textContent = `HTTP ${status}`;
    places.status.className = failed ? "status bad" : "status good";
    const body = quartet.contract.parsed(text) ?? text;
    answers.set(name, { body, render: () => places.body.replaceChildren(...envelopeOf(name, body)) });
    for (const { render } of answers.values()) render();
    const known = failed ? quartet.contract.failureOf(one, status, text) : undefined;
    places.advice.hidden = !known?.advice;
    places.advice.textContent = known?.advice ? quartet.inWords(known.advice.zh, known.advice.en) : "";
  }

  const isResult = (name) => (key) => key === quartet.contract.tag(name)["x-envelope"].data || !quartet.contract.envelopeKeys(name).includes(key);

  // The texts that the results of several answers have, times aside: by them one sees that it is the same user.
  function shared() {
    const [once, twice] = [new Set(), new Set()];
    for (const [name, { body }] of answers) {
      const result = Object.keys(body).filter(isResult(name)).map((key) => JSON.stringify(body[key])).join();
      for (const text of new Set(result.match(/(?<=:)"(?!\d{4}-)[^"\\]{2,}"/g))) (once.has(text) ? twice : once).add(text);
    }
    return twice;
  }

  // The answer with the keys of its envelope first and bold.
  function envelopeOf(name, body) {
    if (typeof body !== "object") return [String(body)];
    const keys = quartet.contract.envelopeKeys(name).filter((key) => key in body);
    const ordered = [...keys, ...Object.keys(body).filter((key) => !keys.includes(key))];
    const same = shared();
    const marked = (key, text) => (isResult(name)(key) ? text.split(/((?<=: )"[^"\\]{2,}")/).map((part) => (same.has(part) ? element("mark", {}, part) : part)) : [text]);
    const line = (key, i) => [
      "  ", keys.includes(key) ? element("b", {}, JSON.stringify(key)) : JSON.stringify(key),
      ...marked(key, `: ${JSON.stringify(body[key], null, 2).replace(/\n/g, "\n  ")}`), i < ordered.length - 1 ? ",\n" : "\n"];
    return ["{\n", ...ordered.flatMap(line), "}"];
  }

  return { mount };
})();
