// The demo data, and the line of JSON that is written for each step; in Node.js and in a page.
export const MOBILE = "13800138000";
export const CODE = "246135";
export const NAME = "林晚秋";
export const DEVICE = "pc-7f3a";
export const WECHAT_CODE = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P";
export const UNKNOWN_TOKEN = "AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
export const ACCESS_TOKEN = "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW";
export const PAIR = {
  accessToken: "AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01",
  refreshToken: "RT-ZGVtby1yZWZyZXNoLXRva2VuLW9mLXF1YXJ0ZXQtMDE",
};

const SHOWN = 160;

const short = (text) => (text.length > SHOWN ? text.slice(0, SHOWN) + "…" : text);

function thrown(error) {
  return "thrown: " + (error instanceof Error ? error.stack.split("\n").slice(0, 2).join(" ") : JSON.stringify(error));
}

/** The steps of one client against the server at base; needs names options that all of them depend on. */
export class Steps {
  constructor({ client, mode, base, needs = [], write = console.log }) {
    Object.assign(this, { client, mode, base, needs, write });
  }

  /** The step works where what the caller got contains what it wants. */
  async step(operation, kase, want, probe, needs = []) {
    let saw;
    try {
      saw = String(await probe());
    } catch (error) {
      saw = thrown(error);
    }
    const { client, mode } = this;
    await this.write(JSON.stringify({
      client, mode, operation, case: kase, works: saw.includes(want), saw: short(saw), want, needs: [...this.needs, ...needs],
    }));
  }
}
