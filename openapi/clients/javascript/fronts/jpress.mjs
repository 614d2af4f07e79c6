// A layer that behaves like JPress's SDK for mini-programs: each call is signed in the
// query, the JWT comes from the answer's header Jwt and nowhere else, and an answer fails
// unless its state is ok.
import { signature } from "./screen.mjs";

const jpress = ({ wx, base, session }) => ({ method = "GET", path, query, data, header }) => {
  const parameters = { appId: "jpress", ...query };
  const signed = { sign: signature(Object.keys(parameters).sort().map((key) => key + parameters[key]).join("")), ...parameters };
  const url = base + path + "?" + Object.keys(signed).map((key) => `${key}=${signed[key]}`).join("&");
  return new Promise((resolve, reject) => {
    wx.request({
      url, method, data, header: { Jwt: session.token ?? "", ...header },
      success(answer) {
        if (answer.header.Jwt) session.token = answer.header.Jwt;
        if (answer.data.state === "ok") resolve(answer.data);
        else reject(answer.data);
      },
    });
  });
};

export const jpressFronts = [{ name: "JPress mini-program SDK", miniProgram: true, create: jpress }];
