// Document 002's Axios example: the credential in the address, the application in a header.
import axios from "axios-1";

import { ACCESS_TOKEN } from "./steps.mjs";

export async function runDocument002(steps) {
  const call = (userId) => axios({ method: "get", url: `${steps.base}/user/info?accessToken=${ACCESS_TOKEN}&userId=${userId}`, headers: { "X-App-Id": "1" } });
  await steps.step("getUserInfo", "success", "success 晚**", async () => {
    const { data } = await call("1");
    return `${data.status} ${data.data.nickname}`;
  });
  await steps.step("getUserInfo", "no such user", "fail 用户不存在", async () => {
    const { data } = await call("619583637909737479").catch((error) => error.response);
    return `${data.status} ${data.message}`;
  });
}
