package matrix;

import java.util.List;

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

/** The calls that a row makes with its client, one for each dialect, which throw what the client throws. */
interface Calls {
    void sendCode(MobileCodeRequest request) throws Exception;

    List<DemoMessage> outbox() throws Exception;

    MobileLoginResponse yudao(MobileLoginRequest request) throws Exception;

    UserInfoResponse cas(String userId, String accessToken) throws Exception;

    WeChatUserResponse ruoyi(WeChatUserRequest request) throws Exception;

    CreateUserResponse jfinal(UserCreation request) throws Exception;

    RefreshUserResponse jeecg(RefreshUserRequest request) throws Exception;

    /** The body of the failure that one of the calls has thrown. */
    <F> F failure(Exception thrown, Class<F> model) throws Exception;
}
