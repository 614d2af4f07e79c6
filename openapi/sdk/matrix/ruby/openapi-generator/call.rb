# Calls an operation of each dialect, and reads a refusal of each by its generated class.
require 'json'
require 'openapi_client'
require 'securerandom'
require 'uri'

include OpenapiClient

# client is a client with these credentials, by the names of the headers or of the query, and this bearer token.
def client(credentials = {}, bearer: nil)
  config = Configuration.new
  url = URI(ENV.fetch('BASE_URL'))
  config.scheme = url.scheme
  config.host = "#{url.host}:#{url.port}"
  config.base_path = url.path
  config.server_index = nil
  config.api_key = credentials
  config.access_token = bearer
  ApiClient.new(config)
end

# refused gives the body of the failure that the call is to end with.
def refused(body)
  answer = yield
rescue ApiError => e
  body.build_from_hash(JSON.parse(e.response_body))
else
  raise "a failure was due: #{answer.inspect}"
end

def check(what, is, due)
  raise "#{what}: #{is.inspect}, not #{due.inspect}" unless is == due
end

yudao = YudaoApi.new(client)
mobile = format('139%08d', SecureRandom.random_number(10**8))
yudao.send_mobile_code(MobileCodeRequest.new(mobile: mobile))
code = SystemApi.new(client).get_demo_outbox.find { |message| message.to == mobile }.code
login = lambda do |validate_no|
  yudao.sign_in_by_mobile(MobileLoginRequest.new(
    company_type: 0, product_type: 2, source: 'matrix', mobile: mobile, validate_no: validate_no
  ))
end
wrong = refused(YudaoFailureBody) { login.call(code == '000000' ? '000001' : '000000') }
check 'yudao', [wrong.code, wrong.data], [1_002_014_000, nil]
signed_in = login.call(code).data
check 'yudao', signed_in.user_info.mobile, mobile
access = signed_in.access_token.value

cas = CasApi.new(client({ 'X-App-Id' => '1', 'accessToken' => access }))
info = cas.get_user_info(signed_in.user_info.id.to_s)
check 'cas', [info.status, info.data.phone], [CasStatus::CasSuccess, mobile]
nobody = refused(CasFailureBody) { cas.get_user_info('9007199254740993') }
check 'cas', [nobody.code, nobody.status], [404, CasStatus::CasFail]

ruoyi = RuoyiApi.new(client)
we_chat = lambda { |letters| ruoyi.get_we_chat_user_info(WeChatUserRequest.new(code: letters)) }
check 'ruoyi', we_chat.call("f#{SecureRandom.hex(16)[1..]}").code, 200
check 'ruoyi', refused(RuoyiFailureBody) { we_chat.call("40029#{'0' * 27}") }.code, 40_029

jfinal = JfinalApi.new(client)
username = "matrix.#{SecureRandom.hex(6)}"
password = "violet-#{SecureRandom.hex(6)}"
user_id = jfinal.create_user(UserCreation.new(username: username, password: password)).user_id
taken = refused(JfinalFailureBody) { jfinal.create_user(UserCreation.new(username: username)) }
check 'jfinal', [taken.state, taken.code, taken.message], ['fail', 409, '用户名已存在']
jwt = jfinal.sign_in_by_password(LoginForm.new(login_account: username, password: password)).jwt
check 'jfinal', JfinalApi.new(client({ 'Jwt' => jwt })).get_user_detail(user_id).user.username, username

jeecg = JeecgApi.new(client)
asked = { refresh_user_request: RefreshUserRequest.new(token: access, front_type: FrontType::FrontPC) }
slid = jeecg.refresh_user(asked)
check 'jeecg', [slid.success, slid.result.phone_number], [true, mobile]
YudaoApi.new(client(bearer: access)).sign_out
ended = refused(JeecgFailureBody) { jeecg.refresh_user(asked) }
check 'jeecg', [ended.success, ended.code, ended.result], [false, 401, nil]

puts 'calls 5/5', 'failures 5/5'
