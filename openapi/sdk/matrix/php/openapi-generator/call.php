<?php
// Calls an operation of each dialect, and reads a refusal of each by its generated class.
declare(strict_types=1);

require __DIR__ . '/autoload.php';

use OpenAPI\Client\Api\{CasApi, JeecgApi, JfinalApi, RuoyiApi, SystemApi, YudaoApi};
use OpenAPI\Client\{ApiException, Configuration};
use OpenAPI\Client\Model\{CasFailureBody, CasStatus, FrontType, JeecgFailureBody, JfinalFailureBody, LoginForm, MobileCodeRequest,
    MobileLoginRequest, MobileLoginResponse, RefreshUserRequest, RuoyiFailureBody, UserCreation, WeChatUserRequest,
    WeChatUserResponse, YudaoFailureBody};

/**
 * A client with these credentials, by the names of the headers or of the query.
 *
 * @template T
 * @param class-string<T> $api
 * @param array<string, string> $credentials
 * @return T
 */
function client(string $api, array $credentials = []): object
{
    $config = (new Configuration())->setHost(getenv('BASE_URL'));
    foreach ($credentials as $name => $value) {
        $config->setApiKey($name, $value);
    }
    return new $api(config: $config);
}

/**
 * The body of the failure that the call is to end with.
 *
 * @template T
 * @param class-string<T> $body
 * @return T
 */
function refused(string $body, callable $call): object
{
    try {
        $answer = $call();
    } catch (ApiException $failure) {
        check($body, get_class($failure->getResponseObject()), $body);
        return $failure->getResponseObject();
    }
    throw new RuntimeException('a failure was due: ' . var_export($answer, true));
}

function check(string $what, mixed $is, mixed $due): void
{
    if ($is !== $due) {
        throw new RuntimeException("$what: " . var_export($is, true) . ', not ' . var_export($due, true));
    }
}

$yudao = client(YudaoApi::class);
$mobile = sprintf('139%08d', random_int(0, 10 ** 8 - 1));
$yudao->sendMobileCode(new MobileCodeRequest(['mobile' => $mobile]));
$code = null;
foreach (client(SystemApi::class)->getDemoOutbox() as $message) {
    $code = $message->getTo() === $mobile ? $message->getCode() : $code;
}
$login = fn (string $validateNo): MobileLoginResponse => $yudao->signInByMobile(new MobileLoginRequest([
    'company_type' => 0, 'product_type' => 2, 'source' => 'matrix', 'mobile' => $mobile, 'validate_no' => $validateNo,
]));
$wrong = refused(YudaoFailureBody::class, fn () => $login($code === '000000' ? '000001' : '000000'));
check('yudao', [$wrong->getCode(), $wrong->getData()], [1002014000, null]);
$signedIn = $login($code)->getData();
check('yudao', $signedIn->getUserInfo()->getMobile(), $mobile);
$access = $signedIn->getAccessToken()->getValue();

$cas = client(CasApi::class, ['X-App-Id' => '1', 'accessToken' => $access]);
$info = $cas->getUserInfo((string) $signedIn->getUserInfo()->getId());
check('cas', [$info->getStatus(), $info->getData()->getPhone()], [CasStatus::CAS_SUCCESS, $mobile]);
$nobody = refused(CasFailureBody::class, fn () => $cas->getUserInfo('9007199254740993'));
check('cas', [$nobody->getCode(), $nobody->getStatus()], [404, CasStatus::CAS_FAIL]);

$ruoyi = client(RuoyiApi::class);
$weChat = fn (string $letters): WeChatUserResponse => $ruoyi->getWeChatUserInfo(new WeChatUserRequest(['code' => $letters]));
check('ruoyi', $weChat('f' . substr(bin2hex(random_bytes(16)), 1))->getCode(), 200);
check('ruoyi', refused(RuoyiFailureBody::class, fn () => $weChat(str_pad('40029', 32, '0')))->getCode(), 40029);

$jfinal = client(JfinalApi::class);
$username = 'matrix.' . bin2hex(random_bytes(6));
$password = 'violet-' . bin2hex(random_bytes(6));
$userId = $jfinal->createUser(new UserCreation(['username' => $username, 'password' => $password]))->getUserId();
$taken = refused(JfinalFailureBody::class, fn () => $jfinal->createUser(new UserCreation(['username' => $username])));
check('jfinal', [$taken->getState(), $taken->getCode(), $taken->getMessage()], ['fail', 409, '用户名已存在']);
$jwt = $jfinal->signInByPassword(new LoginForm(['login_account' => $username, 'password' => $password]))->getJwt();
check('jfinal', client(JfinalApi::class, ['Jwt' => $jwt])->getUserDetail($userId)->getUser()->getUsername(), $username);

$jeecg = client(JeecgApi::class);
$asked = new RefreshUserRequest(['token' => $access, 'front_type' => FrontType::FRONT_PC]);
$slid = $jeecg->refreshUser($asked);
check('jeecg', [$slid->getSuccess(), $slid->getResult()->getPhoneNumber()], [true, $mobile]);
client(YudaoApi::class, ['Authorization' => $access])->signOut();
$ended = refused(JeecgFailureBody::class, fn () => $jeecg->refreshUser($asked));
check('jeecg', [$ended->getSuccess(), $ended->getCode(), $ended->getResult()], [false, 401, null]);

echo "calls 5/5\nfailures 5/5\n";
