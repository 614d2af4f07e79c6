package matrix;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.client.RestTemplate;

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
        new YudaoApi(client(Map.of())).sendMobileCode(request);
    }

    @Override
    public List<DemoMessage> outbox() throws Exception {
        return new SystemApi(client(Map.of())).getDemoOutbox();
    }

    @Override
    public MobileLoginResponse yudao(MobileLoginRequest request) throws Exception {
        return new YudaoApi(client(Map.of())).signInByMobile(request, null);
    }

    @Override
    public UserInfoResponse cas(String userId, String accessToken) throws Exception {
        return new CasApi(client(Map.of("applicationId", "1", "accessTokenQuery", accessToken))).getUserInfo(userId);
    }

    @Override
    public WeChatUserResponse ruoyi(WeChatUserRequest request) throws Exception {
        return new RuoyiApi(client(Map.of())).getWeChatUserInfo(request);
    }

    @Override
    public CreateUserResponse jfinal(UserCreation request) throws Exception {
        return new JfinalApi(client(Map.of())).createUser(request);
    }

    @Override
    public RefreshUserResponse jeecg(RefreshUserRequest request) throws Exception {
        return new JeecgApi(client(Map.of())).refreshUser(request);
    }

    @Override
    public <F> F failure(Exception thrown, Class<F> model) throws Exception {
        return new ObjectMapper().readValue(((RestClientResponseException) thrown).getResponseBodyAsString(), model);
    }

    /** A client that sends these credentials, by the name of their security scheme. */
    private static ApiClient client(Map<String, String> credentials) {
        SimpleClientHttpRequestFactory factory = new SimpleClientHttpRequestFactory();
        factory.setOutputStreaming(false); // the JDK gives no body of a 401 otherwise
        ApiClient client = new ApiClient(new RestTemplate(factory)).setBasePath(Day.BASE_URL);
        credentials.forEach((scheme, value) -> ((ApiKeyAuth) client.getAuthentication(scheme)).setApiKey(value));
        return client;
    }
}
