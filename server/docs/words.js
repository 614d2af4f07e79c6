"use strict";

// Every text that these scripts show, in Chinese and in English. {…} is replaced by a value.
quartet.words = {
  signedInAs: ["当前身份：", "Calling as "],
  demo: ["演示用户", "Demo user"],
  administrator: ["管理员", "Administrator"],
  nobody: ["未登录", "Nobody"],
  own: ["自己的令牌", "Own token"],
  ownToken: ["令牌", "Token"],
  ownHint: ["粘贴任一方言的访问令牌或 JWT", "Paste an access token or JWT of any dialect"],
  use: ["使用", "Use"],
  people: ["以谁的身份调用", "Who calls"],
  outbox: ["短信箱", "SMS outbox"],
  console: ["控制台", "Console"],
  outboxEmpty: ["还没有短信。执行“发送短信验证码”后再刷新。", "No message yet. Send a one-time code, then refresh."],
  outboxLead: ["演示不发真实短信；发出的验证码都在这里，最新的在前。", "The demonstration sends no real SMS; every code is listed here, newest first."],
  to: ["收件人", "To"],
  code: ["验证码", "Code"],
  at: ["时间", "Time"],
  refresh: ["刷新", "Refresh"],
  close: ["关闭", "Close"],
  reset: ["还原演示", "Reset"],
  resetDone: ["演示数据已还原，登录状态不变。", "The demonstration is back as it was; you are still signed in."],
  resetFailed: ["还原失败（HTTP {status}）。", "The reset failed (HTTP {status})."],
  answer: ["响应", "Answer"],
  run: ["运行", "Run"],
  runAll: ["五个一起运行", "Run all five"],
  open: ["查看接口", "Details"],
  refreshUser: ["读取当前用户", "Read the signed-in user"],
  listSessions: ["列出当前用户的会话", "List the user's sessions"],
  getUserInfo: ["通过应用读取用户 1", "Read user 1 via an app"],
  getWeChatUserInfo: ["微信登录（一位微信用户）", "Sign in a WeChat user"],
  getUserDetail: ["按 ID 读取用户 1", "Read user 1 by id"],
  outOfReach: ["没有收到服务器的响应。请确认服务器正在运行、网络可用，然后重试。", "The server did not answer. Check that it is running and that the network reaches it, then try again."],
  unfitHeader: [
    "请求没有发出：令牌或其他请求头里有 HTTP 不能传送的字符，例如中文。改正后重试。",
    "The request was not sent: the token or another header has characters that HTTP cannot carry, such as Chinese ones. Correct it, then try again.",
  ],
  unfitToken: ["令牌里有 HTTP 不能传送的字符，例如中文。请重新复制令牌。", "The token has characters that HTTP cannot carry, such as Chinese ones. Copy it again."],
  about: ["关于本契约", "About this contract"],
  schemas: ["数据模型", "Schemas"],
  search: ["搜索接口：路径、名称、说明、错误码，中英文均可", "Search operations: path, name, text or failure, Chinese or English"],
  found: ["{shown} / {all} 个接口", "{shown} of {all} operations"],
  nothingFound: ["没有匹配的接口。换一个词，或清空搜索框。", "No operation matches. Try another word, or clear the search."],
  whoMayCall: ["谁可以调用", "Who may call it"],
  envelopes: ["响应格式对照", "Envelopes compared"],
  failures: ["失败与错误码（{count}）", "Failures and numbers ({count})"],
  samples: ["代码示例", "Code samples"],
  dialect: ["方言", "Dialect"],
  success: ["成功", "Success"],
  failure: ["失败", "Failure"],
  thisOne: ["本接口", "this one"],
  number: ["错误码", "Number"],
  symbol: ["符号", "Symbol"],
  message: ["消息", "Message"],
  advice: ["怎么办", "What to do"],
  sampleLanguage: ["编程语言", "Programming language"],
  copy: ["复制", "Copy"],
  copied: ["已复制", "Copied"],
  extensions: ["x- 扩展字段", "x- extensions"],
  sections: ["接口详情", "More about the operation"],
  noFailures: ["没有登记错误码的失败。", "No failure with a number of its own."],
  repeated: [
    "未改动的示例请求得到 HTTP {status}：它用到的数据已被先前的调用改变。页面已还原演示（POST /demo/reset）并重新调用一次，下面是第二次的响应。",
    "The example, sent unchanged, was answered with HTTP {status}, because an earlier call had used up what it needs. The page has reset the demonstration (POST /demo/reset) and repeated the call; this is the second answer.",
  ],
  demoUsersOwn: [
    "这个示例里的数据属于演示用户：以管理员的身份调用，还原演示后仍然失败。要看到它成功，请在页面上方选择“演示用户”。",
    "What this example names belongs to the demo user: called as the administrator, it fails after a reset of the demonstration too. To see it succeed, choose “Demo user” at the top of the page.",
  ],
  // Who may call an operation, by x-access.
  "access public": ["任何人，无需登录", "Anybody; no sign-in needed"],
  "access registration": ["管理员；开放注册时任何人", "An administrator, or anybody where open registration is on"],
  "access signed-in": ["有有效会话的用户", "A user with a live session"],
  "access signed-in-or-replaced": ["有有效会话的用户，或会话刚被其他设备取代的用户", "A user with a live session, or one whose session another device has replaced"],
  "access self-or-administrator": ["用户本人，或管理员", "The user concerned, or an administrator"],
  "access self-or-super-administrator": ["用户本人，或超级管理员", "The user concerned, or a super administrator"],
  "access application": ["通过已注册应用（X-App-Id）的登录用户", "A signed-in user through a registered application (X-App-Id)"],
  "access authenticated-application": ["以密钥证明身份的已注册应用", "A registered application that proves itself by its secret"],
  "access administration": ["有此权限的管理员或应用：", "An administrator or an application with the right"],
  "access demo": ["任何人，仅限演示（--demo）", "Anybody, in a demonstration (--demo) only"],
};

/** The text of a key in the reader's language. */
quartet.say = (key, values = {}) =>
  quartet.inWords(...quartet.words[key]).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

/** What to say of a call without an answer, by the browser's message: it sends no header with characters outside of Latin-1. */
quartet.noAnswer = (message) => quartet.say(/8859-1|ByteString|invalid value/i.test(message) ? "unfitHeader" : "outOfReach");

/** A DOM element with properties and children. */
quartet.element = (name, properties = {}, ...children) => {
  const { aria = {}, ...own } = properties;
  const made = Object.assign(document.createElement(name), own);
  for (const [key, value] of Object.entries(aria)) made.setAttribute(`aria-${key}`, value);
  made.append(...children.flat());
  return made;
};
