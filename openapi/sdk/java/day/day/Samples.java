package day;

import java.util.List;
import java.util.Optional;

import quartet.client.ApiClient;
import quartet.client.ApiException;
import quartet.client.ApiResponse;
import quartet.client.api.CasApi;
import quartet.client.api.JeecgApi;
import quartet.client.api.JfinalApi;
import quartet.client.api.Oauth2Api;
import quartet.client.api.RuoyiApi;
import quartet.client.api.SystemApi;
import quartet.client.api.YudaoApi;
import quartet.client.auth.ApiKeyAuth;
import quartet.client.model.FrontType;
import quartet.client.model.LoginForm;
import quartet.client.model.MergeUsersRequest;
import quartet.client.model.MobileCodeRequest;
import quartet.client.model.MobileLoginRequest;
import quartet.client.model.PasswordResetRequest;
import quartet.client.model.Proof;
import quartet.client.model.RefreshAccessTokenRequest;
import quartet.client.model.RefreshUserRequest;
import quartet.client.model.Tag;
import quartet.client.model.TokenExchangeRequest;
import quartet.client.model.UpdatePasswordForm;
import quartet.client.model.UserChange;
import quartet.client.model.UserCreation;
import quartet.client.model.UserDetailForm;
import quartet.client.model.VerifyMobileRequest;
import quartet.client.model.WeChatLinkRequest;
import quartet.client.model.WeChatLoginRequest;
import quartet.client.model.WeChatMobileLoginRequest;
import quartet.client.model.WeChatUserRequest;
import quartet.client.model.WeChatUserResponse;

/** Every operation once. The parts between "sample" and "end" are the samples of the contract. */
public final class Samples {
    private static final String baseUrl = Optional.ofNullable(System.getenv("BASE_URL")).orElse("http://127.0.0.1:8080");
    private static final String accessToken = "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW";
    private static final String oldAccessToken = "AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01";
    private static final String refreshToken = "RT-ZGVtby1yZWZyZXNoLXRva2VuLW9mLXF1YXJ0ZXQtMDE";
    private static final String appId = "1";
    private static final String appSecret = "qas_ZGVtb25zdHJhdGlvbi1zZWNyZXQtb2YtYXBwLTEtMDE";
    private static final String code = "246135";
    private static final String weChatCode = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P";
    private static final String phoneCode = "13900000009a1B2c3D4e5F6g7H8i9J0k";
    private static final String linkCode = "1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q";
    private static final String oldToken = "old-4d1c7be09a2f4e6c8b53";
    private static final String otherAccessToken = "AT-1-ZGVtby1vdGhlci1hY2NvdW50LXRva2Vu";
    private static final String password = "quartet-demo";
    private static final String newPassword = "violet-evening";

    private Samples() {
    }

    /** Runs every sample in an order in which none takes away what another needs. */
    public static void main(String[] arguments) throws ApiException {
        DirectorySamples.run();
        WebhookSamples.run();
        PeopleSamples.run();
        refreshUser();
        sendMobileCode();
        signInByMobile();
        verifyMobile();
        refreshAccessToken();
        checkLoginStatus();
        checkLoginStatusByPath();
        listSessions();
        endSession();
        getUserInfo();
        getWeChatUserInfo();
        signInByWeChat();
        signInByWeChatMobile();
        linkWeChat();
        exchangeToken();
        mergeUsers();
        createUser();
        String jwt = signInByPassword();
        getUserDetail(jwt);
        postUserDetail(jwt);
        updateUser(jwt);
        introspectToken();
        getHealth();
        getReadiness();
        getMetrics();
        getSpecAsYaml();
        getSpecAsJson();
        getJsonWebKeys();
        getDemoOutbox();
        signOut();
        updatePassword(jwt);
        listSignIns(jwt);
        copyMyData(jwt);
        closeAccount(jwt);
        resetForgottenPassword();
        resetDemo();
    }

    private static void resetDemo() throws ApiException {
        // sample: resetDemo
        SystemApi api = new SystemApi(new ApiClient().setBasePath(baseUrl));
        System.out.println(api.resetDemo().getStatus());
        // end
    }

    private static void refreshUser() throws ApiException {
        // sample: refreshUser
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        ((ApiKeyAuth) client.getAuthentication("accessTokenHeader")).setApiKey(accessToken);
        JeecgApi api = new JeecgApi(client);
        RefreshUserRequest request = new RefreshUserRequest().frontType(FrontType.FrontMiniProgram);
        System.out.println(api.refreshUser(request).getResult().getNickname());
        // end
    }

    private static void sendMobileCode() throws ApiException {
        // sample: sendMobileCode
        YudaoApi api = new YudaoApi(new ApiClient().setBasePath(baseUrl));
        MobileCodeRequest request = new MobileCodeRequest().mobile("13900000001");
        System.out.println(api.sendMobileCode(request).getData().getResendAfter());
        // end
    }

    private static void signInByMobile() throws ApiException {
        // sample: signInByMobile
        YudaoApi api = new YudaoApi(new ApiClient().setBasePath(baseUrl));
        MobileLoginRequest request = new MobileLoginRequest().mobile("13800138000").validateNo(code).source("web");
        System.out.println(api.signInByMobile(request, null).getData().getAccessToken().getValue());
        // end
    }

    private static void verifyMobile() throws ApiException {
        // sample: verifyMobile
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(accessToken);
        YudaoApi api = new YudaoApi(client);
        VerifyMobileRequest request = new VerifyMobileRequest().mobile("13800138000").validateNo(code);
        System.out.println(api.verifyMobile(request).getData());
        // end
    }

    private static void refreshAccessToken() throws ApiException {
        // sample: refreshAccessToken
        YudaoApi api = new YudaoApi(new ApiClient().setBasePath(baseUrl));
        RefreshAccessTokenRequest request = new RefreshAccessTokenRequest()
            .accessToken(oldAccessToken).refreshToken(refreshToken);
        System.out.println(api.refreshAccessToken(request).getData().getValue());
        // end
    }

    private static void checkLoginStatus() throws ApiException {
        // sample: checkLoginStatus
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(accessToken);
        YudaoApi api = new YudaoApi(client);
        System.out.println(api.checkLoginStatus("pc-7f3a").getData().getIsLogin());
        // end
    }

    private static void checkLoginStatusByPath() throws ApiException {
        // sample: checkLoginStatusByPath
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(accessToken);
        YudaoApi api = new YudaoApi(client);
        System.out.println(api.checkLoginStatusByPath("pc-7f3a").getData().getIsLogin());
        // end
    }

    private static void listSessions() throws ApiException {
        // sample: listSessions
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(accessToken);
        YudaoApi api = new YudaoApi(client);
        System.out.println(api.listSessions().getData().size());
        // end
    }

    private static void endSession() throws ApiException {
        // sample: endSession
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(accessToken);
        YudaoApi api = new YudaoApi(client);
        System.out.println(api.endSession(1003L).getData());
        // end
    }

    private static void getUserInfo() throws ApiException {
        // sample: getUserInfo
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        ((ApiKeyAuth) client.getAuthentication("applicationId")).setApiKey(appId);
        ((ApiKeyAuth) client.getAuthentication("accessTokenQuery")).setApiKey(accessToken);
        CasApi api = new CasApi(client);
        System.out.println(api.getUserInfo("1").getData().getAccount());
        // end
    }

    private static void getWeChatUserInfo() throws ApiException {
        // sample: getWeChatUserInfo
        RuoyiApi api = new RuoyiApi(new ApiClient().setBasePath(baseUrl));
        ApiResponse<WeChatUserResponse> answer =
            api.getWeChatUserInfoWithHttpInfo(new WeChatUserRequest().code(weChatCode));
        System.out.println(answer.getHeaders().get("X-Access-Token").get(0));
        // end
    }

    private static void signInByWeChat() throws ApiException {
        // sample: signInByWeChat
        YudaoApi api = new YudaoApi(new ApiClient().setBasePath(baseUrl));
        WeChatLoginRequest request = new WeChatLoginRequest().code(weChatCode).source("mini-program");
        System.out.println(api.signInByWeChat(request, null).getData().getAccessToken().getValue());
        // end
    }

    private static void signInByWeChatMobile() throws ApiException {
        // sample: signInByWeChatMobile
        YudaoApi api = new YudaoApi(new ApiClient().setBasePath(baseUrl));
        WeChatMobileLoginRequest request = new WeChatMobileLoginRequest().phoneCode(phoneCode).source("mini-program");
        System.out.println(api.signInByWeChatMobile(request, null).getData().getUserInfo().getMobile());
        // end
    }

    private static void linkWeChat() throws ApiException {
        // sample: linkWeChat
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(accessToken);
        YudaoApi api = new YudaoApi(client);
        System.out.println(api.linkWeChat(new WeChatLinkRequest().code(linkCode)).getData());
        // end
    }

    private static void exchangeToken() throws ApiException {
        // sample: exchangeToken
        YudaoApi api = new YudaoApi(new ApiClient().setBasePath(baseUrl));
        TokenExchangeRequest request = new TokenExchangeRequest().token(oldToken).source("app");
        System.out.println(api.exchangeToken(request, null).getData().getAccessToken().getValue());
        // end
    }

    private static void mergeUsers() throws ApiException {
        // sample: mergeUsers
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(accessToken);
        YudaoApi api = new YudaoApi(client);
        System.out.println(api.mergeUsers(new MergeUsersRequest().accessToken(otherAccessToken)).getData().getId());
        // end
    }

    private static void createUser() throws ApiException {
        // sample: createUser
        JfinalApi api = new JfinalApi(new ApiClient().setBasePath(baseUrl));
        UserCreation user = new UserCreation().username("su.qing").password(newPassword).nickname("苏青");
        System.out.println(api.createUser(user).getUserId());
        // end
    }

    private static String signInByPassword() throws ApiException {
        // sample: signInByPassword
        JfinalApi api = new JfinalApi(new ApiClient().setBasePath(baseUrl));
        LoginForm login = new LoginForm().loginAccount("demo").password(password);
        String jwt = api.signInByPassword(login).getJwt();
        System.out.println(jwt);
        // end
        return jwt;
    }

    private static void getUserDetail(String jwt) throws ApiException {
        // sample: getUserDetail
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        ((ApiKeyAuth) client.getAuthentication("jwtHeader")).setApiKey(jwt);
        JfinalApi api = new JfinalApi(client);
        System.out.println(api.getUserDetail(1L).getUser().getNickname());
        // end
    }

    private static void postUserDetail(String jwt) throws ApiException {
        // sample: postUserDetail
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        ((ApiKeyAuth) client.getAuthentication("jwtHeader")).setApiKey(jwt);
        JfinalApi api = new JfinalApi(client);
        System.out.println(api.postUserDetail(new UserDetailForm().id(1L)).getUser().getNickname());
        // end
    }

    private static void updateUser(String jwt) throws ApiException {
        // sample: updateUser
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        ((ApiKeyAuth) client.getAuthentication("jwtHeader")).setApiKey(jwt);
        JfinalApi api = new JfinalApi(client);
        UserChange change = new UserChange().id(1L).nickname("晚秋").occupation("教师");
        System.out.println(api.updateUser(change).getState());
        // end
    }

    private static void introspectToken() throws ApiException {
        // sample: introspectToken
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setUsername(appId);
        client.setPassword(appSecret);
        Oauth2Api api = new Oauth2Api(client);
        System.out.println(api.introspectToken(accessToken, null).getActive());
        // end
    }

    private static void getHealth() throws ApiException {
        // sample: getHealth
        SystemApi api = new SystemApi(new ApiClient().setBasePath(baseUrl));
        System.out.println(api.getHealth().getStatus());
        // end
    }

    private static void getReadiness() throws ApiException {
        // sample: getReadiness
        SystemApi api = new SystemApi(new ApiClient().setBasePath(baseUrl));
        System.out.println(api.getReadiness().getStatus());
        // end
    }

    private static void getMetrics() throws ApiException {
        // sample: getMetrics
        SystemApi api = new SystemApi(new ApiClient().setBasePath(baseUrl));
        System.out.println(api.getMetrics().length());
        // end
    }

    private static void getSpecAsYaml() throws ApiException {
        // sample: getSpecAsYaml
        SystemApi api = new SystemApi(new ApiClient().setBasePath(baseUrl));
        System.out.println(api.getSpecAsYaml(List.of(Tag.TagJfinal), null, null, null).length());
        // end
    }

    private static void getSpecAsJson() throws ApiException {
        // sample: getSpecAsJson
        SystemApi api = new SystemApi(new ApiClient().setBasePath(baseUrl));
        System.out.println(api.getSpecAsJson(List.of(Tag.TagJfinal), null, null, null).get("openapi"));
        // end
    }

    private static void getJsonWebKeys() throws ApiException {
        // sample: getJsonWebKeys
        SystemApi api = new SystemApi(new ApiClient().setBasePath(baseUrl));
        System.out.println(api.getJsonWebKeys().getKeys().get(0).getKid());
        // end
    }

    private static void getDemoOutbox() throws ApiException {
        // sample: getDemoOutbox
        SystemApi api = new SystemApi(new ApiClient().setBasePath(baseUrl));
        System.out.println(api.getDemoOutbox().size());
        // end
    }

    private static void signOut() throws ApiException {
        // sample: signOut
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(accessToken);
        YudaoApi api = new YudaoApi(client);
        System.out.println(api.signOut().getData());
        // end
    }

    private static void updatePassword(String jwt) throws ApiException {
        // sample: updatePassword
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        ((ApiKeyAuth) client.getAuthentication("jwtHeader")).setApiKey(jwt);
        JfinalApi api = new JfinalApi(client);
        UpdatePasswordForm form = new UpdatePasswordForm().userId(1L).newPassword(newPassword).oldPassowrd(password);
        System.out.println(api.updatePassword(form).getState());
        // end
    }

    private static void listSignIns(String jwt) throws ApiException {
        // sample: listSignIns
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(jwt);
        YudaoApi api = new YudaoApi(client);
        System.out.println(api.listSignIns(null, 5).getData().getList().size());
        // end
    }

    private static void copyMyData(String jwt) throws ApiException {
        // sample: copyMyData
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(jwt);
        YudaoApi api = new YudaoApi(client);
        System.out.println(api.copyMyData().getData().getUser().getNickname());
        // end
    }

    private static void closeAccount(String jwt) throws ApiException {
        // sample: closeAccount
        ApiClient client = new ApiClient().setBasePath(baseUrl);
        client.setBearerToken(jwt);
        YudaoApi api = new YudaoApi(client);
        System.out.println(api.closeAccount(new Proof().password(newPassword)).getData().getEraseTime());
        // end
    }

    private static void resetForgottenPassword() throws ApiException {
        // sample: resetForgottenPassword
        YudaoApi api = new YudaoApi(new ApiClient().setBasePath(baseUrl));
        PasswordResetRequest request = new PasswordResetRequest().mobile("13800138000").validateNo(code).newPassword(newPassword);
        System.out.println(api.resetForgottenPassword(request).getData());
        // end
    }
}
