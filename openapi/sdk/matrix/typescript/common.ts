import { randomBytes, randomInt } from 'node:crypto';

/** Where the server is. */
export const baseUrl = process.env.BASE_URL ?? 'http://127.0.0.1:8080';

/** What a call gives: the answer of a success, or the body of a failure. */
export interface Outcome<Success, Failure> {
  data?: Success;
  failure?: Failure;
}

/**
 * The calls that a row makes with its client, one for each dialect. A generated type has to fit
 * what is read of it here.
 */
export interface Calls {
  sendCode(mobile: string): Promise<unknown>;
  outbox(): Promise<{ to: string; code: string }[]>;
  yudao(login: { mobile: string; validateNo: string; productType: number }): Promise<Outcome<
    { code: number; data: { accessToken: { value: string }; userInfo: { id: number } } },
    { code: number; msg: string }
  >>;
  cas(userId: string, accessToken: string): Promise<Outcome<
    { status: 'success' | 'fail' | 'error'; data: { phone: string } },
    { code: number; status: 'success' | 'fail' | 'error'; message: string }
  >>;
  ruoyi(code: string): Promise<Outcome<{ code: number; msg: string }, { code: number; msg: string }>>;
  jfinal(user: { username: string; password: string }): Promise<Outcome<
    { state: 'ok'; userId: number },
    { state: 'fail'; code: number; message: string }
  >>;
  jeecg(token: string): Promise<Outcome<
    { success: boolean; result: { phoneNumber: string | null } },
    { success: boolean; code: number; message: string; timestamp: number }
  >>;
}

/** The same calls, unless an answer or a failure is of the type any, which would fit everything. */
type Typed<T> = {
  [Call in keyof T]: T[Call] extends (...given: never[]) => Promise<Outcome<infer Success, infer Failure>>
    ? 0 extends (1 & Success) | (1 & Failure) ? never : T[Call]
    : T[Call];
};

/** Gives the body of what a client throws, found by read, as the generated type that the caller names. */
export const caught = (read: (thrown: unknown) => unknown) => <Failure>() =>
  async <Success>(answer: Promise<Success>): Promise<Outcome<Success, Failure>> => {
    try {
      return { data: await answer };
    } catch (thrown) {
      return { failure: (await read(thrown)) as Failure };
    }
  };

/** The body of an error of axios. */
export const ofAxios = (thrown: unknown) => (thrown as { response?: { data?: unknown } }).response?.data;

const reached = { calls: 0, failures: 0 };

async function count<T>(what: keyof typeof reached, asking: Promise<T | undefined>, holds: (found: T) => boolean): Promise<T | undefined> {
  try {
    const found = await asking;
    if (found && holds(found)) {
      reached[what]++;
      return found;
    }
    console.error(`not of the ${what}:`, found);
  } catch (thrown) {
    console.error(`not of the ${what}:`, thrown);
  }
  return undefined;
}

/** Calls each dialect, has each refuse a call, and says how many did both. */
export async function day<Given extends Calls>(calls: Given & Typed<Given>) {
  const called = async <S>(asking: Promise<Outcome<S, unknown>>, holds: (data: S) => boolean) =>
    count('calls', asking.then(({ data, failure }) => failure ? Promise.reject(failure) : data), holds);
  const refused = async <F>(asking: Promise<Outcome<unknown, F>>, holds: (failure: F) => boolean) =>
    count('failures', asking.then(({ failure }) => failure), holds);

  const login = { mobile: `139${String(randomInt(1e8)).padStart(8, '0')}`, productType: 2 };
  await calls.sendCode(login.mobile);
  const validateNo = (await calls.outbox()).find(({ to }) => to === login.mobile)?.code ?? '';
  await refused(calls.yudao({ ...login, validateNo: validateNo === '000000' ? '000001' : '000000' }),
    ({ code, msg }) => code === 1002014000 && msg !== '');
  const signedIn = await called(calls.yudao({ ...login, validateNo }), ({ code }) => code === 0);
  const token = signedIn?.data.accessToken.value ?? '';

  await called(calls.cas(String(signedIn?.data.userInfo.id), token),
    ({ status, data }) => status === 'success' && data.phone === login.mobile);
  await refused(calls.cas('9007199254740993', token),
    ({ code, status, message }) => code === 404 && status === 'fail' && message !== '');

  await called(calls.ruoyi(randomBytes(16).toString('hex').replace(/^./, 'f')), ({ code }) => code === 200);
  await refused(calls.ruoyi('40029'.padEnd(32, '0')), ({ code, msg }) => code === 40029 && msg !== '');

  const user = { username: `day.${randomBytes(6).toString('hex')}`, password: `violet-${randomBytes(6).toString('hex')}` };
  await called(calls.jfinal(user), ({ state, userId }) => state === 'ok' && userId > 0);
  await refused(calls.jfinal(user), ({ state, code, message }) => state === 'fail' && code === 409 && message !== '');

  await called(calls.jeecg(token), ({ success, result }) => success && result.phoneNumber === login.mobile);
  await refused(calls.jeecg('AT-of-nobody'),
    ({ success, code, message, timestamp }) => !success && code === 401 && message !== '' && timestamp > 0);

  console.log(`calls ${reached.calls}/5\nfailures ${reached.failures}/5`);
}
