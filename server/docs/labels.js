"use strict";

// Swagger UI has English labels only. On the Chinese page one observer replaces those it shows,
// texts and attributes alike; in both languages it names the controls that have no name.
(() => {
  const chinese = {
    "Execute": "执行", "Clear": "清除", "Cancel": "取消", "Reset": "重置", "Try it out": "试一试", "Authorize": "授权", "Logout": "移除授权",
    "Close": "关闭", "Authorized": "已授权", "Available authorizations": "可用的授权方式", "Value:": "值：", "Username:": "用户名：",
    "Password:": "密码：", "Name:": "名称：", "In:": "位置：", "Basic authorization": "Basic 授权", "Parameters": "参数", "Name": "名称",
    "Description": "说明", "No parameters": "没有参数", "Request body": "请求体", "Request": "请求", "body": "体", "Responses": "响应",
    "Response headers": "响应头", "Response body": "响应体", "Request URL": "请求地址", "Server response": "服务器的响应", "Code": "状态码",
    "Details": "详情", "Request duration": "耗时", "Curl": "curl 命令", "Links": "链接", "No links": "没有链接", "Media type": "媒体类型",
    "Examples": "示例", "Examples:": "示例：", "Example Value": "示例值", "Edit Value": "编辑", "Schema": "模型", "Model": "模型", "Models": "模型",
    "Schemas": "数据模型", "Headers:": "响应头：", "Type": "类型", "Example": "示例", "Find more details": "更多说明", "Extensions": "扩展字段",
    "Field": "字段", "Value": "值", "Undocumented": "未记载", "Download": "下载", "Send empty value": "发送空值", "Controls": "决定请求头",
    "header.": "。", "required": "必填", "Expand all": "全部展开", "Collapse all": "全部折叠", "[Modified value]": "[已修改]",
    "Example Description": "示例说明", "Default value": "默认值", "Loading": "加载中", "Warning": "警告", "Errors": "错误", "Hide": "收起",
    "Can't parse JSON.  Raw result:": "不是 JSON，原文：", "Unrecognized response type; displaying content as text.": "无法识别的响应类型，按文本显示。",
    "could not parse": "无法解析", "Please correct the following validation errors and try again.": "请改正下列错误后重试。",
    "Required field is not provided": "必填项未填", "Terms of service": "服务条款", "deprecated": "已弃用", "Warning: Deprecated": "警告：已弃用",
    "query": "查询参数", "header": "请求头", "path": "路径", "array": "数组", "object": "对象", "Operation ID": "接口 ID", "Failed to load API definition.": "无法加载接口定义。", "Website": "网站",
    "authorization button locked": "已授权，点击查看", "authorization button unlocked": "未授权，点击填写", "Media Type": "媒体类型",
    "Request content type": "请求的媒体类型", "Response content type": "响应的媒体类型", "Expand operation": "展开接口", "Collapse operation": "收起接口",
    "Apply credentials": "使用此凭据", "Remove authorization": "移除授权", "Apply given OAuth2 credentials": "使用此凭据", "Copy to clipboard": "复制",
    "Property name": "属性名", "Add string item": "添加一项", "Add item": "添加一项", "Add": "添加", "Remove": "移除", "additional properties": "其他属性", "property": "属性",
    "Send empty value ": "发送空值", "Find out more": "更多说明", "No examples": "没有示例", "properties": "属性", "No response body": "没有响应体",
  };
  const patterns = [
    [/^Available values : (.*)$/s, "可选值：$1"], [/^Example : (.*)$/s, "示例：$1"], [/^Example: (.*)$/s, "示例：$1"], [/^Default value : (.*)$/s, "默认值：$1"],
    [/^(\d+) ms$/, "$1 毫秒"], [/^Server: (.*)$/, "服务器：$1"], [/^Expand (.*)$/, "展开 $1"], [/^Collapse (.*)$/, "收起 $1"], [/^- (.*) - Website$/, "- $1 的网站"],
    [/^For '(.*)': (.*)\.$/, "“$1”：$2"], [/^No links$/, "没有链接"],
  ];

  /** A label in Chinese, or undefined for what is none. */
  function inChinese(text) {
    const label = text.trim();
    if (!/[A-Za-z]/.test(label)) return undefined;
    if (Object.hasOwn(chinese, label)) return text.replace(label, chinese[label]);
    const found = patterns.find(([pattern]) => pattern.test(label));
    return found && text.replace(label, label.replace(...found));
  }

  // What the contract or the server says is not a label.
  const foreign = "code, pre, textarea, .renderedMarkdown, .opblock-summary-path, .opblock-summary-description, .more, .after, .access, .search, option";

  const names = [
    ["pre, .renderedMarkdown table", (wide) => { wide.tabIndex = 0; }],
    [".body-param__text", (field) => name(field, ["请求体", "Request body"])],
    [".examples-select-element", (field) => name(field, ["选择示例", "Choose an example"])],
    [".auth-btn-wrapper button", (button) => button.removeAttribute("aria-label")], // its text says it
    [".close-modal", (button) => name(button, ["关闭", "Close"])],
    [".curl-command button", (button) => name(button, ["复制 curl 命令", "Copy the curl command"])],
    [".copy-to-clipboard button, .download-contents", (button) => name(button, ["复制", "Copy"])],
    ["select, .parameters-col_description input, .auth-container input", (field) => name(field, ["值", "Value"])],
  ];

  function name(element, words) {
    if (!element.hasAttribute("aria-label") && !element.textContent.trim()?.match(/^(Download|下载)$/)) element.setAttribute("aria-label", quartet.inWords(...words));
  }

  function visit(node) {
    if (node.nodeType === Node.TEXT_NODE) return visitText(node);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const [selector, give] of names) {
      if (node.matches(selector)) give(node);
      node.querySelectorAll(selector).forEach(give);
    }
    if (quartet.language() !== "zh") return;
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) visitText(texts.currentNode);
    for (const element of [node, ...node.querySelectorAll("[aria-label], [placeholder], [title]")]) visitAttributes(element);
  }

  function visitText(node) {
    if (quartet.language() !== "zh" || node.parentElement?.closest(foreign)) return;
    const translated = inChinese(node.data);
    if (translated !== undefined && translated !== node.data) node.data = translated;
  }

  function visitAttributes(element) {
    for (const key of ["aria-label", "placeholder", "title"]) {
      const translated = inChinese(element.getAttribute(key) ?? "");
      if (translated !== undefined && translated !== element.getAttribute(key)) element.setAttribute(key, translated);
    }
  }

  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "childList") addedNodes.forEach(visit);
      else if (type === "characterData") visitText(target);
      else {
        for (const [selector, give] of names) if (target.matches(selector)) give(target);
        if (quartet.language() === "zh") visitAttributes(target);
      }
    }
  }).observe(document.getElementById("swagger-ui"), {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["aria-label", "placeholder", "title"],
  });
})();
