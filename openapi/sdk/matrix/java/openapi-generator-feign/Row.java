package matrix;

import java.util.List;
import java.util.Map;

import feign.FeignException;

import org.openapitools.client.ApiClient;
import org.openapitools.client.api.CasApi;
import org.openapitools.client.api.JeecgApi;
import org.openapitools.client.api.JfinalApi;
import org.openapitools.client.api.RuoyiApi;
import org.openapitools.client.api.SystemApi;
import org.openapitools.client.api.YudaoApi;
import org.openapitools.client.auth.ApiKeyAuth;
import org.openapitools.client.model.CreateUserResponse;
import org.openapitools.client.model.DemoMessage;
import org.openapitools.client.model.MobileCodeRequest;
import org.openapitools.client.model.MobileLoginRequest;
import org.openapitools.client.model.MobileLoginResponse;
import org.openapitools.client.model.RefreshUserRequest;
import org.openapitools.client.model.RefreshUserResponse;
import org.openapitools.client.model.UserCreation;
import org.openapitools.client.model.UserInfoResponse;
import org.openapitools.client.model.WeChatUserRequest;
import org.openapitools.client.model.WeChatUserResponse;

/** A failure carries its body as text. */
final class Row implements Calls {
    public static void main(String[] arguments) throws Exception {
        Day.run(new Row());
    }

    @Override
    public void sendCode(MobileCodeRequest request) throws Exception {
        client(YudaoApi.class, Map.of()).sendMobileCode(request);
    }

    @Override
    public List<DemoMessage> outbox() throws Exception {
        return client(SystemApi.class, Map.of()).getDemoOutbox();
    }

    @Override
    public MobileLoginResponse yudao(MobileLoginRequest request) throws Exception {
        return client(YudaoApi.class, Map.of()).signInByMobile(request, null);
    }

    @Override
    public UserInfoResponse cas(String userId, String accessToken) throws Exception {
        return client(CasApi.class, Map.of("applicationId", "1", "accessTokenQuery", accessToken)).getUserInfo(userId);
    }

    @Override
    public WeChatUserResponse ruoyi(WeChatUserRequest request) throws Exception {
        return client(RuoyiApi.class, Map.of()).getWeChatUserInfo(request);
    }

    @Override
    public CreateUserResponse jfinal(UserCreation request) throws Exception {
        return client(JfinalApi.class, Map.of()).createUser(request);
    }

    @Override
    public RefreshUserResponse jeecg(RefreshUserRequest request) throws Exception {
        return client(JeecgApi.class, Map.of()).refreshUser(request);
    }

    @Override
    public <F> F failure(Exception thrown, Class<F> model) throws Exception {
        return new ApiClient().getObjectMapper().readValue(((FeignException) thrown).contentUTF8(), model);
    }

    /** A client that sends these credentials, by the name of their security scheme. */
    private static <A extends ApiClient.Api> A client(Class<A> api, Map<String, String> credentials) {
        ApiClient client = new ApiClient(credentials.keySet().toArray(String[]::new)).setBasePath(Day.BASE_URL);
        credentials.forEach((scheme, value) -> ((ApiKeyAuth) client.getAuthorization(scheme)).setApiKey(value));
        return client.buildClient(api);
    }
}
